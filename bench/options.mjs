// What the command line asks for.
import { parseArgs } from 'node:util';
import { rowSources } from './rows/all.mjs';
import { scenarios, shortScenarios } from './scenarios/all.mjs';

/** @typedef {import('./row.mjs').BackendName} BackendName */

/** @type {readonly BackendName[]} */
const backendNames = ['cpu', 'wasm', 'webgpu'];

/**
 * @param {string | undefined} name
 * @returns {BackendName | null} null where none is named
 */
function readBackend(name) {
  if (name === undefined) return null;
  const found = backendNames.find((backend) => backend === name);
  if (found === undefined)
    throw new Error(`--backend: expected ${backendNames.join(', ')}, got ${JSON.stringify(name)}.`);
  return found;
}

/** @param {string | undefined} list */
function readNames(list) {
  if (list === undefined) return null;
  const known = [...rowSources, ...scenarios].map(({ name }) => name);
  const names = list.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new Error(`--only: expected of ${known.join(', ')}, got ${JSON.stringify(unknown)}.`);
  return names;
}

/**
 * @typedef {object} Options
 * @property {boolean} short
 * @property {string} search `?backend=…` or nothing
 * @property {readonly import('./scenario.mjs').Scenario[]} scenarios
 * @property {readonly { source: import('./row.mjs').RowSource, backend: BackendName }[]} measures
 */

/**
 * @param {string[]} [args]
 * @returns {Options}
 * @throws Error in a sentence
 */
export function readOptions(args = process.argv.slice(2)) {
  const { values } = parseArgs({
    args,
    options: {
      short: { type: 'boolean', default: false },
      only: { type: 'string' },
      backend: { type: 'string' },
    },
  });
  const { short } = values;
  const backend = readBackend(values.backend);
  const names = readNames(values.only);
  /** @param {{ name: string }} item @param {boolean} isInShort */
  const isWanted = ({ name }, isInShort) =>
    names === null ? !short || isInShort : names.includes(name);
  // WebGPU's software adapter takes minutes: the short form leaves it to who asks for it.
  const wanted = backend === null ? (short ? ['wasm'] : backendNames) : [backend];
  return {
    short,
    search: backend === null ? '' : `?backend=${backend}`,
    scenarios: scenarios.filter((scenario) => isWanted(scenario, shortScenarios.has(scenario))),
    measures: rowSources
      .filter((source) => isWanted(source, source.isInShort))
      .flatMap((source) =>
        source.backends
          .filter((name) => wanted.includes(name))
          .map((name) => ({ source, backend: name })),
      ),
  };
}
