/**
 * The peer's side: the encoder once, then the decoder's step with cached keys and values until the end
 * token. Embedding a token is a look-up in the same table as Heed's, beside the graph.
 */
import type { InferenceSession, Tensor } from 'onnxruntime-web';
import type { MarianConfig } from '../../../../src/worker/models/marian/config.ts';
import type { DecodingSettings } from '../../../../src/worker/decoding/settings.ts';
import {
  type EmbeddingTable,
  SinusoidTable,
} from '../../../../src/worker/models/embedding-table.ts';
import type { Decode } from './decoded.ts';
import type { DecodingOptions } from './decoding.d.ts';

type Runtime = typeof import('onnxruntime-web');
type Values = InferenceSession.OnnxValueMapType;

async function startRuntime({ runtime, backend, threadCount }: DecodingOptions): Promise<Runtime> {
  const base = new URL(runtime, new URL('../', self.location.href));
  const file = backend === 'webgpu' ? 'ort.webgpu.min.mjs' : 'ort.wasm.min.mjs';
  const loaded: Runtime = await import(/* @vite-ignore */ new URL(file, base).href);
  loaded.env.wasm.wasmPaths = base.href;
  loaded.env.wasm.numThreads = threadCount;
  return loaded;
}

function named(values: Values, name: string): Tensor {
  const tensor = values[name];
  if (tensor === undefined) throw new Error(`The runtime gave no ${name}.`);
  return tensor as Tensor;
}

async function floats(values: Values, name: string): Promise<Float32Array> {
  const data = await named(values, name).getData();
  if (!(data instanceof Float32Array)) throw new Error(`${name} is no tensor of floats.`);
  return data;
}

function largestOf(logits: Float32Array, excluded: ReadonlySet<number>): number {
  let best = -1;
  for (let token = 0; token < logits.length; token += 1)
    if ((best < 0 || (logits[token] ?? 0) > (logits[best] ?? 0)) && !excluded.has(token))
      best = token;
  return best;
}

/** Layer by layer, in the order of the names. */
function names(layerCount: number, ...prefixes: readonly string[]): string[] {
  return Array.from({ length: layerCount }, (_, layer) =>
    prefixes.map((prefix) => `${prefix}_${layer}`),
  ).flat();
}

export async function ortDecoder(
  options: DecodingOptions,
  config: MarianConfig,
  settings: DecodingSettings,
  table: EmbeddingTable,
): Promise<Decode> {
  const runtime = await startRuntime(options);
  const positions = new SinusoidTable(config.width);
  const onGpu = options.backend === 'webgpu';
  const { width, encoder: encoderSize, decoder: decoderSize } = config;
  const caches = names(decoderSize.layerCount, 'keys', 'values');
  const crosses = names(decoderSize.layerCount, 'cross_keys', 'cross_values');
  /** On wasm the runtime gives every output to the page; on WebGPU it may keep those that it reads again. */
  const create = (file: string, kept: readonly string[]): Promise<InferenceSession> =>
    runtime.InferenceSession.create(new URL(file, new URL('../', self.location.href)).href, {
      executionProviders: [options.backend],
      graphOptimizationLevel: 'all',
      ...(onGpu && {
        preferredOutputLocation: Object.fromEntries(kept.map((name) => [name, 'gpu-buffer'])),
      }),
    });
  const encoder = await create(options.encoder, crosses);
  const decoder = await create(options.decoder, caches);
  const excluded = new Set(settings.badWords.flatMap((word) => (word.length === 1 ? word : [])));
  const { headCount } = decoderSize;
  const emptyCache = (): Tensor =>
    new runtime.Tensor('float32', new Float32Array(0), [headCount, 0, width / headCount]);

  return async (source) => {
    const embedded = table.read(source, positions.first(source.length));
    const states = new runtime.Tensor('float32', embedded, [source.length, width]);
    const encoded = await encoder.run({ states });
    const attention: Float32Array[] = [];
    for (const name of names(encoderSize.layerCount, 'attention'))
      attention.push(await floats(encoded, name));
    const across = Object.fromEntries(crosses.map((name) => [name, named(encoded, name)]));
    let cache = Object.fromEntries(caches.map((name) => [name, emptyCache()]));
    const tokens: number[] = [];
    let token = settings.startToken;
    do {
      const state = new runtime.Tensor(
        'float32',
        table.read([token], positions.row(tokens.length)),
        [1, width],
      );
      const past = Object.fromEntries(caches.map((name) => [`past_${name}`, named(cache, name)]));
      const outputs = await decoder.run({ state, ...past, ...across });
      for (const tensor of Object.values(cache)) tensor.dispose();
      cache = Object.fromEntries(caches.map((name) => [name, named(outputs, name)]));
      for (const stack of ['decoder', 'cross'])
        for (const name of names(decoderSize.layerCount, stack))
          attention.push(await floats(outputs, name));
      token = largestOf(await floats(outputs, 'logits'), excluded);
      tokens.push(token);
    } while (token !== settings.endToken && tokens.length < settings.longestTarget - 1);
    for (const tensor of [...Object.values(cache), ...Object.values(across)]) tensor.dispose();
    return { tokens, attention };
  };
}
