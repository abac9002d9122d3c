// How time grows with the number of tokens and of layers.
import { compareWithOrt } from '../peer/compare.mjs';
import { prepareRandom } from '../peer/models.mjs';
import { ORT } from '../row.mjs';
import { fitExponent, summarise } from '../statistics.mjs';

/**
 * @typedef {import('../row.mjs').Row} Row
 * @typedef {import('../peer/compare.mjs').Comparison} Comparison
 */

/** As ViT-Ti/16, with two layers, so that every weight of the largest fits into either's memory. */
const shape = { width: 192, headCount: 3, patchSize: 16 };
const layerCountOfTokens = 2;
const gridOfLayers = 14;

/** Patches along a side: 64 to 2,304 patches, and one token before them. */
const gridSizes = { short: [8, 16, 24], full: [8, 16, 24, 32, 48] };
const layerCounts = { short: [2, 8], full: [2, 4, 8, 16] };

/** @param {number} gridSize @param {number} layerCount */
function prepare(gridSize, layerCount) {
  const tokenCount = gridSize ** 2 + 1;
  const name = `${tokenCount.toLocaleString('en')} tokens, ${layerCount} layers`;
  return prepareRandom(name, {
    ...shape,
    layerCount,
    imageSize: gridSize * shape.patchSize,
  });
}

/**
 * The exponents of a power law through the middles, Heed's beside the peer's.
 * @param {string} what
 * @param {readonly number[]} sizes
 * @param {readonly Comparison[]} comparisons one a size
 * @returns {Row}
 */
function exponentRow(what, sizes, comparisons) {
  const middles = (/** @type {'heed' | 'ort'} */ side) =>
    comparisons.map((comparison) => summarise(comparison[side]).p50);
  return {
    what,
    backend: comparisons[0]?.backend ?? '',
    unit: 'count',
    heed: [fitExponent(sizes, middles('heed'))],
    against: { name: ORT, samples: [fitExponent(sizes, middles('ort'))] },
    goal: null,
  };
}

/** @param {Comparison} comparison @returns {Row} */
function timeRow({ what, backend, heed, ort }) {
  return { what, backend, unit: 'ms', heed, against: { name: ORT, samples: ort }, goal: null };
}

/** @type {import('../row.mjs').RowSource} */
export const growth = {
  name: 'growth',
  title: 'Growth over tokens and layers, width 192, 3 heads, every layer’s attention read out',
  backends: ['wasm'],
  isInShort: false,
  measure: async ({ backend, executablePath, short }) => {
    if (backend === 'cpu') throw new Error('The peer has no such backend.');
    const size = short ? 'short' : 'full';
    const [grids, layers] = [gridSizes[size], layerCounts[size]];
    const comparisons = await compareWithOrt({
      executablePath,
      backend,
      models: [
        ...grids.map((grid) => prepare(grid, layerCountOfTokens)),
        ...layers.map((count) => prepare(gridOfLayers, count)),
      ],
      threads: ['all'],
      rounds: 5,
    });
    const [ofTokens, ofLayers] = [
      comparisons.slice(0, grids.length),
      comparisons.slice(grids.length),
    ];
    const tokenCounts = grids.map((grid) => grid ** 2 + 1);
    return [
      ...ofTokens.map(timeRow),
      exponentRow('exponent of time over tokens', tokenCounts, ofTokens),
      ...ofLayers.map(timeRow),
      exponentRow('exponent of time over layers', layers, ofLayers),
    ];
  },
};
