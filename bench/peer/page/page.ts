import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { createEngine } from '../../../src/engine/client.ts';
import { createWorker } from '../../../src/engine/create-worker.ts';
import type { VisionModelInfo } from '../../../src/engine/protocol.ts';
import type { Peer, PeerOptions } from './peer.d.ts';

type Runtime = typeof import('onnxruntime-web');

const engine = createEngine({
  createWorker,
  onEvent: (event) => console.error(`The engine reports: ${event.type}, ${event.reason}`),
});

/** Both see these pixels as they are: their size is the model's, and they are opaque. */
function makePicture(width: number, height: number): ImageData {
  const picture = new ImageData(width, height);
  for (let index = 0; index < picture.data.length; index += 1) {
    const isOpacity = index % 4 === 3;
    picture.data[index] = isOpacity ? 255 : (index * 37 + (index >> 7) * 11) % 256;
  }
  return picture;
}

/** [channel, y, x], as the checkpoint's preprocessing says. */
function makePixels(
  { data, width, height }: ImageData,
  { mean, std }: PeerOptions['normalization'],
): Float32Array {
  const area = width * height;
  return Float32Array.from({ length: 3 * area }, (_, index) => {
    const channel = Math.floor(index / area);
    const value = data[(index % area) * 4 + channel] ?? 0;
    return (value / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
}

async function runHeed(model: VisionModelInfo, picture: ImageData): Promise<Float32Array[]> {
  const image = await createImageBitmap(picture);
  const fit = { mode: 'stretch' } as const;
  const { run } = await engine.call(
    'runVision',
    { image, fit, query: 0, slot: 'main' },
    { transfer: [image] },
  );
  const layers = Array.from({ length: model.layerCount }, (_, layer) =>
    engine.call('readLayer', { run, stack: 'self', layer }),
  );
  return Promise.all(layers);
}

async function startRuntime({ runtime, backend, threadCount }: PeerOptions): Promise<Runtime> {
  const file = backend === 'webgpu' ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs';
  const address = new URL(`${runtime}${file}`, document.baseURI).href;
  const loaded: Runtime = await import(/* @vite-ignore */ address);
  loaded.env.wasm.wasmPaths = new URL(runtime, document.baseURI).href;
  loaded.env.wasm.numThreads = threadCount;
  return loaded;
}

function readAttention(
  outputs: InferenceSession.OnnxValueMapType,
  names: readonly string[],
): Promise<Float32Array[]> {
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

let heed: (() => Promise<Float32Array[]>) | null = null;
let ort: (() => Promise<Float32Array[]>) | null = null;

function need<T>(value: T | null): T {
  if (value === null) throw new Error('Nothing has been loaded.');
  return value;
}

const peer: Peer = {
  load: async (options) => {
    const { backend: forced, model, onnx, inputShape, attentionNames } = options;
    const [, , height = 0, width = 0] = inputShape;
    const picture = makePicture(width, height);
    const backend = await engine.call('start', { forced, allowSoftwareAdapter: true });
    const address = new URL(model, document.baseURI).href;
    const info = await engine.call('loadVisionModel', { source: { kind: 'address', address } });
    heed = () => runHeed(info, picture);

    const runtime = await startRuntime(options);
    const session = await runtime.InferenceSession.create(new URL(onnx, document.baseURI).href, {
      executionProviders: [forced === 'webgpu' ? 'webgpu' : 'wasm'],
      graphOptimizationLevel: 'all',
    });
    const pixels = new runtime.Tensor(
      'float32',
      makePixels(picture, options.normalization),
      inputShape,
    );
    ort = async () => readAttention(await session.run({ pixels }), attentionNames);
    return {
      detail: backend.detail,
      attentionDifference: largestDifference(await heed(), await ort()),
    };
  },
  runHeed: () => timed(need(heed)),
  runOrt: () => timed(need(ort)),
};

globalThis.peer = peer;
