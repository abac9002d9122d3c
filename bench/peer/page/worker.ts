/**
 * Times a forward pass of Heed and of ONNX Runtime Web in one worker, as both are used in an app.
 *
 * Each time is of the same: from the preprocessed pixels, a Float32Array, to the logits and every
 * layer's attention as Float32Arrays of the caller's own. Neither time has the picture's decoding and
 * resampling, nor messages to the page. Heed's has the turns of the event loop between the layers,
 * in which the app listens whether a run is still wanted.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { createBrowserPlatform } from '../../../src/worker/browser-platform.ts';
import { loadVisionCheckpoint } from '../../../src/worker/checkpoint/checkpoint.ts';
import { openModel } from '../../../src/worker/checkpoint/open-model.ts';
import { dispose } from '../../../src/worker/kernels/tensors.ts';
import type { VitModel } from '../../../src/worker/models/vit.ts';
import { nextTurn } from '../../../src/worker/next-turn.ts';
import { readFloats } from '../../../src/worker/read-back.ts';
import type { Loaded, PeerCall, PeerOptions, PeerReply } from './peer.d.ts';

type Runtime = typeof import('onnxruntime-web');

/** What both give: the attention of each layer, then the logits. */
type Outputs = readonly Float32Array[];

/** [channel, y, x], of the spread that normalised pixels have. */
function makePixels([, channels = 0, height = 0, width = 0]: readonly number[]): Float32Array {
  return Float32Array.from(
    { length: channels * height * width },
    (_, index) => (((index * 37 + (index >> 7) * 11) % 256) / 255 - 0.5) / 0.5,
  );
}

async function runHeed(model: VitModel, pixels: Float32Array): Promise<Outputs> {
  const result = await model.forward(pixels, { onLayer: nextTurn });
  const { attention, logits } = result;
  try {
    const read = logits === null ? attention : [...attention, logits];
    return await Promise.all(read.map(readFloats));
  } finally {
    dispose(result);
  }
}

async function startRuntime({ runtime, backend, threadCount }: PeerOptions): Promise<Runtime> {
  const file = backend === 'webgpu' ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs';
  const address = new URL(file, runtime).href;
  const loaded: Runtime = await import(/* @vite-ignore */ address);
  loaded.env.wasm.wasmPaths = runtime;
  loaded.env.wasm.numThreads = threadCount;
  return loaded;
}

function readOutputs(
  outputs: InferenceSession.OnnxValueMapType,
  names: readonly string[],
): Promise<Outputs> {
  return Promise.all(
    names.map(async (name) => {
      const output = outputs[name];
      const values = await (output as Tensor | undefined)?.getData();
      if (!(values instanceof Float32Array)) throw new Error(`The runtime gave no ${name}.`);
      return values;
    }),
  );
}

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (const [layer, values] of a.entries()) {
    const others = b[layer];
    if (values.length !== others?.length) return Infinity;
    for (const [index, value] of values.entries())
      largest = Math.max(largest, Math.abs(value - (others[index] ?? NaN)));
  }
  return largest;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

let heed: (() => Promise<Outputs>) | null = null;
let ort: (() => Promise<Outputs>) | null = null;

function need<T>(value: T | null): T {
  if (value === null) throw new Error('Nothing has been loaded.');
  return value;
}

async function load(options: PeerOptions): Promise<Loaded> {
  const { backend, model: address, onnx, inputShape, attentionNames } = options;
  const pixels = makePixels(inputShape);
  const platform = createBrowserPlatform();
  const { info } = await platform.starters[backend](true);
  const source = { kind: 'address', address } as const;
  const { files } = openModel(source, await platform.openFileSource());
  const { signal } = new AbortController();
  const model = await loadVisionCheckpoint(files, { signal, onBytes: () => {} });
  heed = () => runHeed(model, pixels);

  const runtime = await startRuntime(options);
  const session = await runtime.InferenceSession.create(onnx, {
    executionProviders: [backend === 'webgpu' ? 'webgpu' : 'wasm'],
    graphOptimizationLevel: 'all',
  });
  const input = new runtime.Tensor('float32', pixels, inputShape);
  ort = async () =>
    readOutputs(await session.run({ pixels: input }), [...attentionNames, 'logits']);
  const [ofHeed, ofOrt] = [await heed(), await ort()];
  const layerCount = attentionNames.length;
  return {
    detail: info.detail,
    attentionDifference: largestDifference(ofHeed.slice(0, layerCount), ofOrt.slice(0, layerCount)),
  };
}

function perform(call: PeerCall): Promise<Loaded | number> {
  switch (call.kind) {
    case 'load':
      return load(call.options);
    case 'heed':
      return timed(need(heed));
    case 'ort':
      return timed(need(ort));
    default:
      return call satisfies never;
  }
}

async function answer(call: PeerCall): Promise<PeerReply> {
  try {
    return await perform(call);
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

self.addEventListener('message', ({ data }: MessageEvent<PeerCall>) => {
  void answer(data).then((reply) => self.postMessage(reply, { transfer: [] }));
});
