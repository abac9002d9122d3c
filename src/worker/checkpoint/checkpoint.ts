/** A vision checkpoint: a folder in the Hugging Face layout. */
import type { Precision } from '../../engine/model-protocol.ts';
import { readVitSettings } from '../models/describe-vit.ts';
import { VitModel } from '../models/vit.ts';
import { loadVitWeights } from '../models/vit-weights.ts';
import { checkTask } from '../models/model-types.ts';
import { readConfigFirst } from './config-first.ts';
import type { CheckpointFiles } from './files.ts';
import { loadWeights, type LoadOptions } from './load-weights.ts';
import type { LoadedWeightsFile } from './weights-file.ts';

/** What a folder's files say, with nothing on the device yet. */
export type VisionCheckpoint = ReturnType<typeof readVitSettings> & {
  readonly weights: LoadedWeightsFile;
};

/**
 * Reads config.json, preprocessor_config.json and the weights. Needs no backend.
 * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`, and what `files`
 *   throws
 */
export async function readVisionCheckpoint(
  files: CheckpointFiles,
  options: LoadOptions,
): Promise<VisionCheckpoint> {
  const { config: configText, others } = await readConfigFirst(
    files,
    options,
    (text) => checkTask(text, 'vision'),
    (until) =>
      Promise.all([
        files.readText('preprocessor_config.json', until.signal),
        loadWeights(files, until),
      ]),
  );
  const [preprocessorText, weights] = others;
  const settings = { config: configText, preprocessor: preprocessorText };
  return { ...readVitSettings(settings), weights };
}

/**
 * Puts a checkpoint's weights on the device. The files' memory is given back.
 * @throws HeedFailure `weights-invalid`
 */
export function placeVisionModel(
  { config, preprocessor, weights }: VisionCheckpoint,
  precision: Precision = 'float32',
): VitModel {
  try {
    return new VitModel(config, preprocessor, loadVitWeights(weights, config, precision));
  } finally {
    weights.release();
  }
}

/**
 * Both, one after the other.
 * @throws HeedFailure as the two
 */
export async function loadVisionCheckpoint(
  files: CheckpointFiles,
  options: LoadOptions,
  precision: Precision = 'float32',
): Promise<VitModel> {
  const checkpoint = await readVisionCheckpoint(files, options);
  options.signal.throwIfAborted();
  return placeVisionModel(checkpoint, precision);
}
