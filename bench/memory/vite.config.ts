import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import {
  contentSecurityPolicyMeta,
  embeddedCheckpointDigests,
  wasmThreadPool,
  wasmThreadScript,
} from '../../scripts/vite-plugins.ts';

/** A page that holds Heed's engine alone, as Heed's own page starts it. */
export default defineConfig({
  base: './',
  root: fileURLToPath(new URL('./page', import.meta.url)),
  publicDir: false,
  plugins: [wasmThreadScript(), embeddedCheckpointDigests(), contentSecurityPolicyMeta()],
  worker: { format: 'es', plugins: () => [embeddedCheckpointDigests(), wasmThreadPool()] },
  build: {
    target: 'es2023',
    outDir: fileURLToPath(new URL('../../node_modules/.cache/heed/bench-memory', import.meta.url)),
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
