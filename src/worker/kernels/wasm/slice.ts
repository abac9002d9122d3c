/** `Slice` of tfjs on wasm, within the module's memory: tfjs's own copies the whole tensor out first. */
import type { Attempt } from './override.ts';
import { addressOf } from './wasm-heap.ts';

/** Runs shorter than this are copied number by number. */
const SHORT_RUN = 16;

/** @throws RangeError if the box reaches outside the tensor, which tfjs's own does not notice */
export const slice: Attempt = ({ backend, memory }, { inputs, attrs }) => {
  const { x } = inputs;
  // Numbers of four bytes.
  if (x === undefined || (x.dtype !== 'float32' && x.dtype !== 'int32')) return null;
  const { shape } = x;
  const [begin, wanted] = [attrs?.['begin'], attrs?.['size']];
  if (!isListOf(shape.length, begin) || !isListOf(shape.length, wanted)) return null;
  // −1 is all that follows.
  const size = wanted.map((count, axis) =>
    count === -1 ? (shape[axis] ?? 0) - (begin[axis] ?? 0) : count,
  );
  const isWithin = size.every((count, axis) => {
    const start = begin[axis] ?? 0;
    return start >= 0 && count >= 0 && start + count <= (shape[axis] ?? 0);
  });
  if (!isWithin) throw new RangeError(`slice: [${begin}] and [${size}] of [${shape}]`);
  if (size.includes(0)) return null;
  const out = backend.makeOutput(size, x.dtype);
  const [from, to] = [addressOf(backend, x) / 4, addressOf(backend, out) / 4];
  copyBox(new Int32Array(memory.buffer), { from, to, shape, begin, size });
  return out;
};

interface Box {
  /** Where the tensor begins, and where the result does, counted in words. */
  readonly from: number;
  readonly to: number;
  readonly shape: readonly number[];
  readonly begin: readonly number[];
  readonly size: readonly number[];
}

function copyBox(words: Int32Array, { from, to, shape, begin, size }: Box): void {
  // From this axis on the box lies in one piece.
  let axis = shape.length - 1;
  while (axis > 0 && size[axis] === shape[axis]) axis -= 1;
  const strides = stridesOf(shape);
  const run = (size[axis] ?? 1) * (strides[axis] ?? 1);
  let target = to;
  const copy = (at: number, source: number): void => {
    const start = source + (begin[at] ?? 0) * (strides[at] ?? 1);
    if (at >= axis) {
      copyRun(words, start, target, run);
      target += run;
      return;
    }
    const count = size[at] ?? 1;
    for (let index = 0; index < count; index++) copy(at + 1, start + index * (strides[at] ?? 1));
  };
  copy(0, from);
}

function copyRun(words: Int32Array, from: number, to: number, count: number): void {
  if (count >= SHORT_RUN) words.copyWithin(to, from, from + count);
  else for (let at = 0; at < count; at++) words[to + at] = words[from + at] ?? 0;
}

function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--)
    strides[axis] = (strides[axis + 1] ?? 1) * (shape[axis + 1] ?? 1);
  return strides;
}

function isListOf(count: number, value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length === count &&
    value.every((item) => typeof item === 'number')
  );
}
