/** Runs an encoder on wasm: all its layers in one call of `source/encoder.c`. */
import { type Tensor, type Tensor3D, engine } from '@tensorflow/tfjs-core';

import { dispose } from '../tensors.ts';
import { HeapBlocks } from './heap-blocks.ts';
import { MAY_SLEEP } from './kernel-jobs.ts';
import { LAYER_LENGTH, type PackedEncoder } from './packed-encoder.ts';
import { PANEL } from './packed-factors.ts';
import { addressOf, heapOf } from './wasm-heap.ts';
import type { WasmKernels } from './wasm-kernels.ts';

/** What a call has phases for, eight a layer: see `source/phases.h`. */
const LAYERS_AT_ONCE = 15;
/** Parts of the memory begin with a line of the cache, in numbers. */
const LINE = 16;

/** What an encoder leaves; the caller's. */
export interface EncoderPass {
  /** For each layer, [head, query, key]. */
  readonly attention: readonly Tensor3D[];
  /** For each of the `across` weights, [head, token, headSize]. */
  readonly across: readonly Tensor3D[];
}

/** Writes tokens embedded, [token, width]. */
export type WriteStates = (to: Float32Array) => void;

/** @throws RangeError if the memory is full */
export function runEncoderPass(
  encoder: PackedEncoder,
  tokenCount: number,
  writeStates: WriteStates,
): EncoderPass {
  const { kernels, width, headCount, layerCount, acrossCount, acrossHeadCount } = encoder;
  const make = (count: number, shape: [number, number, number]): Tensor3D[] =>
    Array.from({ length: count }, () => makeTensor(kernels, shape));
  const size = width / acrossHeadCount;
  const pass = {
    attention: make(layerCount, [headCount, tokenCount, tokenCount]),
    across: make(acrossCount, [acrossHeadCount, tokenCount, size]),
  };
  const blocks = new HeapBlocks(heapOf(kernels.backend));
  try {
    compute(blocks, encoder, tokenCount, writeStates, pass);
    return pass;
  } catch (error) {
    dispose(pass);
    throw error;
  } finally {
    blocks.free();
  }
}

function compute(
  blocks: HeapBlocks,
  encoder: PackedEncoder,
  tokenCount: number,
  writeStates: WriteStates,
  { attention, across }: EncoderPass,
): void {
  const { kernels, width, inner, headCount, layerCount, acrossCount } = encoder;
  const { backend, runner } = kernels;
  const size = width / headCount;
  const ofMlp = tokenCount * inner;
  const [
    x = 0,
    projected = 0,
    context = 0,
    added = 0,
    hidden = 0,
    active = 0,
    places = 0,
    counts = 0,
  ] = takeParts(blocks, [
    ...[1, 3, 1, 1].map((rows) => rows * tokenCount * width),
    ofMlp,
    ...(encoder.rectifies ? [ofMlp, ofMlp, tokenCount] : []),
  ]);
  const list = (tensors: readonly Tensor[]): number => {
    const address = blocks.take(tensors.length);
    const addresses = tensors.map((tensor) => addressOf(backend, tensor));
    blocks.integers(address, tensors.length).set(addresses);
    return address;
  };
  const [probs, acrossTo] = [list(attention), list(across)];
  writeStates(blocks.floats(x, tokenCount * width));
  const scratch = 4 * (roundUp(tokenCount) * size + tokenCount * roundUp(size));
  const { threadCount } = runner;
  for (let first = 0; first < layerCount; first += LAYERS_AT_ONCE) {
    const isLast = first + LAYERS_AT_ONCE >= layerCount;
    const cells = [
      // No unit is claimed and none is done.
      0,
      0,
      threadCount,
      MAY_SLEEP ? 1 : 0,
      encoder.layers + 4 * LAYER_LENGTH * first,
      Math.min(LAYERS_AT_ONCE, layerCount - first),
      x,
      projected,
      context,
      added,
      hidden,
      active,
      places,
      counts,
      probs + 4 * first,
      encoder.across,
      acrossTo,
      isLast ? acrossCount : 0,
      tokenCount,
      width,
      headCount,
      inner,
      encoder.activation,
      encoder.acrossHeadCount,
    ];
    const job = blocks.take(cells.length);
    blocks.integers(job, cells.length).set(cells);
    runner.run('encode', threadCount, tokenCount * encoder.work, [job], scratch);
  }
}

/** Places for so many numbers each. */
function takeParts(blocks: HeapBlocks, counts: readonly number[]): number[] {
  const rounded = counts.map((count) => LINE * Math.ceil(count / LINE));
  const address = blocks.take(rounded.reduce((sum, count) => sum + count, LINE));
  let at = 4 * LINE * Math.ceil(address / (4 * LINE));
  return rounded.map((count) => {
    const place = at;
    at += 4 * count;
    return place;
  });
}

/** A tensor of which nothing is written yet. */
function makeTensor({ backend }: WasmKernels, shape: [number, number, number]): Tensor3D {
  const tensor = engine().makeTensorFromTensorInfo(backend.makeOutput(shape, 'float32'), backend);
  if (!isOfThree(tensor)) throw new RangeError(`Expected three axes, got ${tensor.rank}.`);
  return tensor;
}

function isOfThree(tensor: Tensor): tensor is Tensor3D {
  return tensor.rank === 3;
}

function roundUp(count: number): number {
  return PANEL * Math.ceil(count / PANEL);
}
