/** The peer's side: a session with its best settings. */
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import { type ForwardPass, makePixels, type Outputs } from './outputs.ts';
import type { PeerOptions } from './peer.d.ts';

type Runtime = typeof import('onnxruntime-web');

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

export async function startOrt(options: PeerOptions): Promise<ForwardPass> {
  const { backend, onnx, inputShape, attentionNames } = options;
  const runtime = await startRuntime(options);
  const session = await runtime.InferenceSession.create(onnx, {
    executionProviders: [backend === 'webgpu' ? 'webgpu' : 'wasm'],
    graphOptimizationLevel: 'all',
  });
  const input = new runtime.Tensor('float32', makePixels(inputShape), inputShape);
  return async () =>
    readOutputs(await session.run({ pixels: input }), [...attentionNames, 'logits']);
}
