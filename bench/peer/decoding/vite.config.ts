import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import {
  contentSecurityPolicyMeta,
  wasmThreadPool,
  wasmThreadScript,
} from '../../../scripts/vite-plugins.ts';

/** The page whose worker holds Heed's translator, and the peer beside it. */
export default defineConfig({
  base: './',
  root: fileURLToPath(new URL('./page', import.meta.url)),
  publicDir: false,
  plugins: [wasmThreadScript(), contentSecurityPolicyMeta()],
  worker: { format: 'es', plugins: () => [wasmThreadPool()] },
  build: {
    target: 'es2023',
    outDir: fileURLToPath(
      new URL('../../../node_modules/.cache/heed/bench-decoding', import.meta.url),
    ),
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
