import { closePicture } from '../../src/workspaces/vision/picture/decode.ts';
import { attentionBytesFor } from '../../src/worker/attention-bytes.ts';
import { AttentionCache, type RunAttention } from '../../src/worker/attention-cache.ts';
import { loadVisionCheckpoint } from '../../src/worker/checkpoint/checkpoint.ts';
import type { CheckpointFiles } from '../../src/worker/checkpoint/files.ts';
import { preprocess, type SourcePicture } from '../../src/worker/image/preprocess.ts';
import type { PassResult, VitModel } from '../../src/worker/models/vit.ts';
import { readFloats } from '../../src/worker/read-back.ts';
import { InputError } from './answer.ts';
import { decodeFile } from './picture-file.ts';
import type { TracedLayer, TracedRun } from './trace.ts';
import type { TracePicture } from './trace-job.ts';

/** A picture, prepared as the checkpoint's own preprocessor prepares it. */
export async function tracePicture(
  files: CheckpointFiles,
  { file }: TracePicture,
): Promise<TracedRun> {
  const { signal } = new AbortController();
  const model = await loadVisionCheckpoint(files, { signal, onBytes: () => {} });
  const decoded = await decodeFile(file);
  if ('unreadable' in decoded) throw new InputError(`${file.name}: ${decoded.unreadable}`);
  const source = readPixels(decoded.pixels);
  closePicture(decoded);
  const fit = { mode: 'reference' } as const;
  const { pixels, geometry } = preprocess(source, fit, model.preprocessor, model.input);
  const begin = performance.now();
  const { tokenCount } = model.config;
  const size = { ...model.info, tokenCount };
  const attention = new AttentionCache(attentionBytesFor(null)).openRun(size);
  const result = await model.pass(pixels, {
    changes: null,
    onLayer: () => attention.makeRoom(),
    onAttention: (layer, probs) => attention.put(layer, probs),
  });
  const logits = result.logits === null ? null : await readFloats(result.logits);
  const last = result.hidden.at(-1);
  if (last !== undefined) await readFloats(last);
  const ms = performance.now() - begin;
  const { channelCount, height, width } = model.input;
  const { specialTokens, layerCount, headCount, labels } = model.info;
  const patches = Array.from({ length: geometry.gridRows }, (_, row) =>
    Array.from({ length: geometry.gridColumns }, (_, column) => ({ column, row })),
  ).flat();
  return {
    layers: layerCount,
    heads: headCount,
    ms,
    attention: readLayers(model, result, attention),
    logits: logits === null ? null : { values: logits, shape: [logits.length] },
    input: { values: pixels, shape: [channelCount, height, width] },
    tokens: {
      tokens: [
        ...specialTokens.map((token) => ({ token, special: true })),
        ...patches.map((patch) => ({ token: 'patch', special: false, ...patch })),
      ],
      grid: { columns: geometry.gridColumns, rows: geometry.gridRows },
      labels,
    },
  };
}

/** Layers that did not fit are computed again, one at a time. */
async function* readLayers(
  model: VitModel,
  { hidden }: PassResult,
  attention: RunAttention,
): AsyncGenerator<TracedLayer> {
  for (const [layer, input] of hidden.slice(0, -1).entries()) {
    const compute = async () => model.attention(layer, input, null);
    yield await attention.use(layer, compute, false, async (probs): Promise<TracedLayer> => {
      return { stack: 'self', layer, values: await readFloats(probs), shape: probs.shape };
    });
  }
}

/** A bitmap's pixels over white, as the engine reads them. */
function readPixels(image: ImageBitmap): SourcePicture {
  const { width, height } = image;
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error('no canvas');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.drawImage(image, 0, 0);
  return { width, height, data: context.getImageData(0, 0, width, height).data };
}
