// Measures Heed in a real browser, as production code: npm run bench [-- --short]
//   --short         fewer samples, under two minutes on a calm machine
//   --only NAME     one scenario: visit, drop, drop-large, select, what-if, translate or hover; or peer,
//                   ONNX Runtime Web beside Heed; or kernels, matrix products beside tfjs's
//   --backend NAME  cpu, wasm or webgpu (default: the fastest that is no software adapter)
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { findBrowser } from '../scripts/find-browser.mjs';
import { serve } from '../scripts/serve.mjs';
import { contextOptions, launchOptions } from './browser.mjs';
import { installProbe } from './probe.mjs';
import { kernelTable, measureKernels } from './kernels/measure.mjs';
import { compareWithOrt } from './peer/compare.mjs';
import {
  comparisonTable,
  describeMachine,
  load,
  longTaskLines,
  table,
  writeReport,
} from './report.mjs';
import { scenarios } from './scenarios/all.mjs';
import { summarise } from './statistics.mjs';

/**
 * @typedef {import('./scenario.mjs').Bench} Bench
 * @typedef {import('./scenario.mjs').Measurement} Measurement
 */

const root = fileURLToPath(new URL('..', import.meta.url));
// A folder of its own: the tests build and serve `dist`.
const outDir = `${root}/node_modules/.cache/heed/bench`;

/**
 * @returns {{
 *   short: boolean,
 *   chosen: readonly import('./scenario.mjs').Scenario[],
 *   search: string,
 *   peerBackend: 'wasm' | 'webgpu' | null,
 *   withKernels: boolean,
 * }} `peerBackend` is null where the peer is not asked for, or has no such backend
 */
function readOptions() {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      backend: { type: 'string' },
    },
  });
  const { short, only, backend } = values;
  const chosen = scenarios.filter(({ name }) => only === undefined || name === only);
  const withPeer = only === undefined || only === 'peer';
  const isKernels = only === 'kernels';
  if (chosen.length === 0 && !withPeer && !isKernels) {
    const names = [...scenarios.map(({ name }) => name), 'peer', 'kernels'].join(', ');
    throw new Error(`--only: expected one of ${names}, got ${JSON.stringify(only)}.`);
  }
  if (backend !== undefined && !['cpu', 'wasm', 'webgpu'].includes(backend))
    throw new Error(`--backend: expected cpu, wasm or webgpu, got ${JSON.stringify(backend)}.`);
  return {
    short,
    chosen,
    search: backend === undefined ? '' : `?backend=${backend}`,
    peerBackend: !withPeer || backend === 'cpu' ? null : backend === 'webgpu' ? backend : 'wasm',
    withKernels: isKernels || (only === undefined && (backend ?? 'wasm') === 'wasm'),
  };
}

/**
 * @param {import('./scenario.mjs').Scenario} scenario
 * @param {import('@playwright/test').Browser} browser
 * @param {Omit<Bench, 'openPage'>} bench
 */
async function runScenario(scenario, browser, bench) {
  console.error(`${scenario.name} …`);
  const context = await browser.newContext(contextOptions);
  await context.addInitScript(installProbe);
  try {
    return await scenario.run({ ...bench, openPage: () => context.newPage() });
  } finally {
    await context.close();
  }
}

async function main() {
  const { short, chosen, search, peerBackend, withKernels } = readOptions();
  const executablePath = await findBrowser();
  console.error('building …');
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await serve({ root: outDir });
  const browser = await chromium.launch(launchOptions(executablePath));
  const loadBefore = load();
  /** @type {Measurement[]} */
  const measurements = [];
  /** @type {Set<string>} */
  const backends = new Set();
  try {
    const bench = { address: server.address, search, executablePath, short, backends };
    for (const scenario of chosen)
      measurements.push(...(await runScenario(scenario, browser, bench)));
    const comparisons =
      peerBackend === null
        ? []
        : await compareWithOrt({ executablePath, short, backend: peerBackend });
    const kernelTimings = withKernels ? await measureKernels({ executablePath, short }) : [];
    const machine = describeMachine();
    const facts = {
      date: new Date().toISOString(),
      ...machine,
      browser: `Chromium ${browser.version()}`,
      backend: [...backends].join(', '),
      load: [loadBefore, load()],
    };
    const path = writeReport({
      ...facts,
      measurements: measurements.map((measurement) => ({
        ...measurement,
        ...summarise(measurement.samples),
      })),
      comparisons,
      kernelTimings,
    });
    if (measurements.length > 0) console.log(table(measurements));
    if (comparisons.length > 0) console.log(comparisonTable(comparisons));
    if (kernelTimings.length > 0) console.log(kernelTable(kernelTimings));
    for (const line of longTaskLines(measurements)) console.log(`longest task, ${line}`);
    console.log(
      `${facts.date}, ${machine.processor}, ${machine.cores} cores, load ${facts.load.join(' to ')}, ` +
        `${facts.browser}, ${facts.backend}, commit ${machine.commit ?? 'unknown'}`,
    );
    console.log(`Written to ${path}`);
  } finally {
    await browser.close();
    await server.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
