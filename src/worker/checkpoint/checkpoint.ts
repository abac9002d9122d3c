/** A vision checkpoint: a folder in the Hugging Face layout. */
import { readVitSettings } from '../models/describe-vit.ts';
import { VitModel } from '../models/vit.ts';
import { loadVitWeights } from '../models/vit-weights.ts';
import { checkTask } from '../models/model-types.ts';
import { readConfigFirst } from './config-first.ts';
import type { CheckpointFiles } from './files.ts';
import { loadWeights, type LoadOptions } from './load-weights.ts';

/**
 * Reads config.json, preprocessor_config.json and the weights, and puts them on the device.
 * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`, and what `files`
 *   throws
 */
export async function loadVisionCheckpoint(
  files: CheckpointFiles,
  options: LoadOptions,
): Promise<VitModel> {
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
  const { config, preprocessor } = readVitSettings(settings);
  options.signal.throwIfAborted();
  return new VitModel(config, preprocessor, loadVitWeights(weights, config));
}
