/** Builds the harness as production code and serves it as the production server does. */
import { cp } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { serve } from '../../scripts/serve.mjs';

const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Beside the embedded models it holds `models/tiny/`, which the software adapter runs in no time. */
export async function serveHarness() {
  const outDir = pathOf('../../node_modules/.cache/heed/harness');
  await build({
    configFile: pathOf('../../vite.config.ts'),
    root: pathOf('.'),
    publicDir: pathOf('../../public'),
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, reportCompressedSize: false },
  });
  await cp(pathOf('../fixtures/parity/vit-patch4'), `${outDir}/models/tiny`, { recursive: true });
  return serve({ root: outDir });
}
