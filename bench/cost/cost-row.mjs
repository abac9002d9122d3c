import { ORT } from '../row.mjs';

/**
 * A figure of a pass's cost, beside the peer's.
 * @param {import('./measure.mjs').Costs} costs
 * @param {string} name of the figure
 * @param {import('../row.mjs').Unit} unit
 * @param {number[]} heed
 * @param {number[]} ort
 * @returns {import('../row.mjs').Row}
 */
export function costRow({ what, backend }, name, unit, heed, ort) {
  return {
    what: `${what}: ${name}`,
    backend,
    unit,
    heed,
    against: { name: ORT, samples: ort },
    goal: null,
  };
}
