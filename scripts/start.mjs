// Builds Heed and serves the build: node scripts/start.mjs [--port N] [--strict-port]
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { serve } from './serve.mjs';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '4173' },
    'strict-port': { type: 'boolean', default: false },
  },
});
const port = Number(values.port);
if (!Number.isInteger(port) || port < 0 || port > 65535) {
  console.error(`--port: expected a number from 0 to 65535, got ${values.port}.`);
  process.exit(1);
}

const root = fileURLToPath(new URL('..', import.meta.url));
await build({ root, logLevel: 'warn' });
const server = await serve({ root: `${root}/dist`, port, strictPort: values['strict-port'] });
console.log(`Heed is at ${server.address} (Ctrl+C ends it)`);
