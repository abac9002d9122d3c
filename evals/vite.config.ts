import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import {
  contentSecurityPolicyMeta,
  embeddedCheckpointDigests,
  wasmThreadScript,
} from '../scripts/vite-plugins.ts';

/** The page of the evaluations: the engine is built as for Heed's own page. */
export default defineConfig({
  base: './',
  root: fileURLToPath(new URL('./page', import.meta.url)),
  // Checkpoints are served from where they lie.
  publicDir: false,
  plugins: [wasmThreadScript(), embeddedCheckpointDigests(), contentSecurityPolicyMeta()],
  worker: { format: 'es', plugins: () => [embeddedCheckpointDigests()] },
  build: {
    target: 'es2023',
    outDir: fileURLToPath(new URL('../dist-evals', import.meta.url)),
    emptyOutDir: true,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 2000,
  },
});
