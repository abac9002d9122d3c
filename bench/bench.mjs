// Measures Heed in a real browser, as production code: npm run bench [-- --short]
//   --short          under two minutes on a calm machine: fewer samples, and what takes long left out
//   --only A,B       of the rows: vision, decoding, growth, cold-start, memory, peak-memory,
//                    dispatches, sizes, bundle, drawing, kernels; of what a visitor does: visit, drop, drop-large, select, what-if, translate, hover
//   --backend NAME   cpu, wasm or webgpu (default: the rows on each, the page on its own choice)
import { fileURLToPath } from 'node:url';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { findBrowser } from '../scripts/find-browser.mjs';
import { serve } from '../scripts/serve.mjs';
import { contextOptions, launchOptions } from './browser.mjs';
import { installProbe } from './probe.mjs';
import { readOptions } from './options.mjs';
import { describeMachine, load, longTaskLines, table, writeReport } from './report.mjs';
import { ratioOf } from './row.mjs';
import { rowTable, verdictOf } from './row-table.mjs';
import { summarise } from './statistics.mjs';

/**
 * @typedef {import('./scenario.mjs').Measurement} Measurement
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {{ title: string, rows: Row[] }} RowGroup
 * @typedef {{ executablePath: string, short: boolean, address: string }} Place
 */

const root = fileURLToPath(new URL('..', import.meta.url));
// A folder of its own: the tests build and serve `dist`.
const outDir = `${root}/node_modules/.cache/heed/bench`;

/**
 * Tells of a failure and goes on, so that one row's does not cost the others.
 * @template T
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T | null>}
 */
async function attempt(name, work) {
  const begin = performance.now();
  console.error(`${name} …`);
  try {
    return await work();
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
    return null;
  } finally {
    console.error(`${name}: ${((performance.now() - begin) / 1000).toFixed(0)} s`);
  }
}

/**
 * @param {import('./options.mjs').Options['measures']} measures
 * @param {Place} place
 * @returns {Promise<RowGroup[]>} a source's rows on its backends together
 */
async function measureRows(measures, place) {
  /** @type {RowGroup[]} */
  const groups = [];
  for (const { source, backend } of measures) {
    const rows = await attempt(`${source.name}, ${backend}`, () =>
      source.measure({ ...place, outDir, backend }),
    );
    if (rows === null) continue;
    const group = groups.find(({ title }) => title === source.title);
    if (group === undefined) groups.push({ title: source.title, rows });
    else group.rows.push(...rows);
  }
  return groups;
}

/**
 * @param {import('./options.mjs').Options} options
 * @param {Place} place
 */
async function runScenarios({ scenarios, search }, place) {
  /** @type {Measurement[]} */
  const measurements = [];
  /** @type {Set<string>} */
  const backends = new Set();
  const browser = await chromium.launch(launchOptions(place.executablePath));
  try {
    for (const scenario of scenarios) {
      const measured = await attempt(scenario.name, async () => {
        const context = await browser.newContext(contextOptions);
        await context.addInitScript(installProbe);
        const openPage = () => context.newPage();
        return scenario
          .run({ ...place, search, backends, openPage })
          .finally(() => context.close());
      });
      measurements.push(...(measured ?? []));
    }
    return { measurements, backends: [...backends], browser: `Chromium ${browser.version()}` };
  } finally {
    await browser.close();
  }
}

/** @param {Row} row */
function withRatio(row) {
  return { ...row, ratio: ratioOf(row), verdict: verdictOf(row), summary: summarise(row.heed) };
}

async function main() {
  const options = readOptions();
  const executablePath = await findBrowser();
  console.error('building …');
  await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
  const server = await serve({ root: outDir });
  const loadBefore = load();
  try {
    const place = { executablePath, short: options.short, address: server.address };
    const groups = await measureRows(options.measures, place);
    const { measurements, ...page } = await runScenarios(options, place);
    const machine = describeMachine();
    const facts = {
      date: new Date().toISOString(),
      ...machine,
      browser: page.browser,
      backend: page.backends.join(', '),
      load: [loadBefore, load()],
    };
    const path = writeReport({
      ...facts,
      rows: groups.map(({ title, rows }) => ({ title, rows: rows.map(withRatio) })),
      measurements: measurements.map((measurement) => ({
        ...measurement,
        ...summarise(measurement.samples),
      })),
    });
    for (const group of groups) console.log(`${rowTable(group)}\n`);
    if (measurements.length > 0) console.log(`${table(measurements)}\n`);
    for (const line of longTaskLines(measurements)) console.log(`longest task, ${line}`);
    console.log(
      `${facts.date}, ${machine.processor}, ${machine.cores} cores, load ${facts.load.join(' to ')}, ` +
        `${[facts.browser, facts.backend].filter(Boolean).join(', ')}, ` +
        `commit ${machine.commit ?? 'unknown'}`,
    );
    console.log(`Written to ${path}`);
  } finally {
    await server.close();
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
