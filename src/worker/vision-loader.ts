import type { LoadArgs } from '../engine/model-protocol.ts';
import type { VisionModelInfo } from '../engine/protocol.ts';
import type { WorkContext } from './call-context.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import {
  placeVisionModel as placeOnDevice,
  readVisionCheckpoint,
  type VisionCheckpoint,
} from './checkpoint/checkpoint.ts';
import { openModel, type OpenedModel } from './checkpoint/open-model.ts';
import { layerBytes } from './checkpoint/vision-memory.ts';
import { describeLenses } from './lenses/registry.ts';
import { dispose } from './kernels/tensors.ts';
import type { ForwardResult, VitModel } from './models/vit.ts';
import type { Platform } from './platform.ts';
import { readFloats } from './read-back.ts';
import { SharedModel } from './shared-model.ts';

export interface LoadedVisionModel {
  /** What loads it once more. */
  readonly args: LoadArgs;
  readonly model: SharedModel<VitModel>;
  /** Instead of taking it into use: it leaves the device, and the storage if it was new there. */
  readonly discard: (error: unknown) => Promise<void>;
  readonly info: VisionModelInfo;
}

/**
 * Runs zeros, so that shaders are compiled and memory is taken before the first picture comes. A
 * large model's layers take seconds: of these the first will do, since all are alike.
 */
async function warmUp(model: VitModel, signal: AbortSignal): Promise<void> {
  const { channelCount, height, width } = model.input;
  const pixels = new Float32Array(channelCount * height * width);
  const { tokenCount } = model.config;
  const isLarge = layerBytes({ ...model.info, tokenCount }) > LARGE_LAYER_BYTES;
  const result = isLarge
    ? warmUpLayer(model, pixels)
    : await model.forward(pixels, { onLayer: () => signal.throwIfAborted() });
  const last = result.attention.at(-1);
  try {
    if (last !== undefined) await readFloats(last);
  } finally {
    dispose(result);
  }
}

const LARGE_LAYER_BYTES = 32 * 2 ** 20;

function warmUpLayer(model: VitModel, pixels: Float32Array): Pick<ForwardResult, 'attention'> {
  const embedded = model.embed(pixels);
  try {
    return { attention: [model.attention(0, embedded, null)] };
  } finally {
    embedded.dispose();
  }
}

/** A model whose files are here, and nothing of it on the device. */
export interface ReadVisionModel {
  readonly args: LoadArgs;
  readonly opened: OpenedModel;
  readonly checkpoint: VisionCheckpoint;
  readonly bytes: number;
  readonly readMs: number;
}

/**
 * Reads a checkpoint's files. Needs no backend, so that it goes on while one starts.
 * @throws HeedFailure; nothing stays in the storage then
 */
export async function readVisionModel(
  args: LoadArgs,
  network: FileSource,
  now: Platform['now'],
  { signal, onProgress }: WorkContext,
): Promise<ReadVisionModel> {
  const opened = openModel(args.source, network);
  const begin = now();
  let bytes = 0;
  try {
    const checkpoint = await readVisionCheckpoint(opened.files, {
      signal,
      onBytes: (done, total) => {
        bytes = done;
        onProgress({ stage: 'weights', done, total });
      },
    });
    return { args, opened, checkpoint, bytes, readMs: now() - begin };
  } catch (error) {
    await opened.giveUp(error);
    throw error;
  }
}

/**
 * Puts a checkpoint on the device and warms it up, unless its first picture is about to do that.
 * @throws HeedFailure; nothing stays on the device or in the storage then
 */
export async function placeVisionModel(
  read: ReadVisionModel,
  now: Platform['now'],
  context: WorkContext,
): Promise<LoadedVisionModel> {
  try {
    return await place(read, now, context);
  } catch (error) {
    await read.opened.giveUp(error);
    throw error;
  }
}

async function place(
  { args, opened, checkpoint, bytes, readMs }: ReadVisionModel,
  now: Platform['now'],
  { signal, onProgress }: WorkContext,
): Promise<LoadedVisionModel> {
  const begin = now();
  const precision = args.precision ?? 'float32';
  signal.throwIfAborted();
  const model = placeOnDevice(checkpoint, precision);
  const placed = now();
  const isWarmedUp = args.warmUp !== 'first-run';
  try {
    if (isWarmedUp) {
      onProgress({ stage: 'warm-up', done: 0, total: 1 });
      await warmUp(model, signal);
      signal.throwIfAborted();
      onProgress({ stage: 'warm-up', done: 1, total: 1 });
    }
  } catch (error) {
    model.dispose();
    throw error;
  }
  const warmUpMs = isWarmedUp ? now() - placed : 0;
  const shared = new SharedModel(model);
  return {
    args,
    model: shared,
    discard: async (error) => {
      shared.release();
      await opened.giveUp(error);
    },
    info: {
      ...model.info,
      kind: 'vision',
      identity: opened.identity,
      precision,
      notKept: await opened.keep('vision'),
      name: opened.name,
      lenses: describeLenses({
        layerCount: model.info.layerCount,
        labelCount: model.info.labels.length,
      }),
      bytes,
      cached: opened.cameFromCache(),
      loadMs: readMs + placed - begin,
      warmUpMs,
    },
  };
}
