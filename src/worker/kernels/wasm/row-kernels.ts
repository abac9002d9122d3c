/** Softmax, layer normalisation and GELU on wasm. */
import type { Attempt } from './override.ts';
import { addressOf } from './wasm-heap.ts';

/** Multiplications that an exponential is worth, about. */
const EXPONENTIAL = 20;

/** `Softmax` of tfjs, over the last axis. */
export const softmax: Attempt = ({ backend, runner }, { inputs, attrs }) => {
  const { logits } = inputs;
  if (logits === undefined || logits.dtype !== 'float32') return null;
  const columns = logits.shape.at(-1) ?? 1;
  const axis = attrs?.['dim'];
  const size = sizeOf(logits.shape);
  if (size === 0 || (axis !== -1 && axis !== logits.shape.length - 1)) return null;
  const out = backend.makeOutput(logits.shape, 'float32');
  const args = [addressOf(backend, logits), addressOf(backend, out), columns];
  runner.run('softmax', size / columns, size * EXPONENTIAL, args);
  return out;
};

/** `x` and, unless absent, `added`: [rows, width]; `scale` and `shift`: [width]. */
export const layerNorm: Attempt = ({ backend, runner }, { inputs, attrs }) => {
  const { x, added, scale, shift } = inputs;
  const epsilon = attrs?.['epsilon'];
  if (x === undefined || scale === undefined || shift === undefined) return null;
  if (typeof epsilon !== 'number') return null;
  const columns = x.shape.at(-1) ?? 1;
  const size = sizeOf(x.shape);
  if (added !== undefined && sizeOf(added.shape) !== size) return null;
  if (sizeOf(scale.shape) !== columns || sizeOf(shift.shape) !== columns) return null;
  const out = backend.makeOutput(x.shape, 'float32');
  const args = [
    addressOf(backend, x),
    added === undefined ? 0 : addressOf(backend, added),
    addressOf(backend, scale),
    addressOf(backend, shift),
    addressOf(backend, out),
    columns,
    bitsOf(epsilon),
  ];
  runner.run('layer_norm', size / columns, 4 * size, args);
  return out;
};

/** Any shape to the same. */
export const gelu: Attempt = ({ backend, runner }, { inputs }) => {
  const { x } = inputs;
  if (x === undefined) return null;
  const size = sizeOf(x.shape);
  const out = backend.makeOutput(x.shape, 'float32');
  const args = [addressOf(backend, x), addressOf(backend, out), size];
  runner.run('gelu', Math.ceil(size / 4), size * EXPONENTIAL, args);
  return out;
};

/** A number as kernels take one between integers. */
export function bitsOf(value: number): number {
  return new Int32Array(Float32Array.of(value).buffer)[0] ?? 0;
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}
