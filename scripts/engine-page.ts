import { fileURLToPath } from 'node:url';
import type { UserConfig } from 'vite';
import {
  contentSecurityPolicyMeta,
  embeddedCheckpointDigests,
  wasmThreadPool,
  wasmThreadScript,
  wasmWithoutOwnStart,
} from './vite-plugins.ts';

/**
 * How a command's page is built that holds Heed's engine as Heed's own page starts it. Checkpoints
 * are served from where they lie.
 * @param folder of the page's `index.html`
 * @param outDir is emptied first
 */
export function enginePage(folder: URL, outDir: URL): UserConfig {
  return {
    base: './',
    root: fileURLToPath(folder),
    publicDir: false,
    plugins: [wasmThreadScript(), embeddedCheckpointDigests(), contentSecurityPolicyMeta()],
    worker: {
      format: 'es',
      plugins: () => [embeddedCheckpointDigests(), wasmThreadPool(), wasmWithoutOwnStart()],
    },
    build: {
      target: 'es2023',
      outDir: fileURLToPath(outDir),
      emptyOutDir: true,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 2000,
    },
  };
}
