// What gives rows, in the order of the tables. A new one is a file here and a line below.
import { bundle } from './bundle.mjs';
import { coldStart } from './cold-start.mjs';
import { decoding } from './decoding.mjs';
import { dispatches } from './dispatches.mjs';
import { drawings } from './drawing.mjs';
import { growth } from './growth.mjs';
import { kernels } from './kernels.mjs';
import { memory } from './memory.mjs';
import { peakMemory } from './peak-memory.mjs';
import { sizes } from './sizes.mjs';
import { vision } from './vision.mjs';

/** @type {readonly import('../row.mjs').RowSource[]} */
export const rowSources = [
  vision,
  decoding,
  growth,
  coldStart,
  memory,
  peakMemory,
  dispatches,
  sizes,
  bundle,
  drawings,
  kernels,
];
