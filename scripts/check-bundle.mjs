// Fails if the page's first scripts weigh too much, or hold what belongs in the worker.
import { fileURLToPath } from 'node:url';
import { weighBundle } from './bundle.mjs';

/** Of all scripts that the page fetches before it shows anything, compressed. */
const initialGzipLimit = 200_000;

const chunks = await weighBundle(fileURLToPath(new URL('..', import.meta.url)));
const faults = [];

const ofPage = chunks.filter(({ when }) => when !== 'worker');
const initialBytes = chunks
  .filter(({ when }) => when === 'initial')
  .reduce((sum, { gzipBytes }) => sum + gzipBytes, 0);
if (initialBytes === 0) faults.push('The build has no script that the page begins with.');
if (initialBytes > initialGzipLimit)
  faults.push(`The page begins with ${initialBytes} B of script, over ${initialGzipLimit} B.`);

for (const { name, modules } of ofPage) {
  const foreign = modules.find((path) => /@tensorflow|onnxruntime/.test(path));
  if (foreign !== undefined) faults.push(`The page's ${name} holds ${foreign}.`);
}

for (const { name, when, bytes, gzipBytes } of chunks)
  console.log(
    `${when.padEnd(8)} ${String(gzipBytes).padStart(7)} B gzip ${String(bytes).padStart(8)} B  ${name}`,
  );
console.log(`The page begins with ${initialBytes} B of script, compressed.`);
for (const fault of faults) console.error(fault);
process.exitCode = faults.length === 0 ? 0 : 1;
