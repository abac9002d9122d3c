/** A vision checkpoint: a folder in the Hugging Face layout. */
import { VitModel } from '../models/vit.ts';
import { loadVitWeights } from '../models/vit-weights.ts';
import { parseVitConfig, withInputSize } from './config.ts';
import type { CheckpointFiles } from './files.ts';
import { loadWeights, type LoadOptions } from './load-weights.ts';
import { outputSize, parsePreprocessorConfig } from './preprocessor-config.ts';

/**
 * Reads config.json, preprocessor_config.json and the weights, and puts them on the device.
 * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`, and what `files`
 *   throws
 */
export async function loadVisionCheckpoint(
  files: CheckpointFiles,
  options: LoadOptions,
): Promise<VitModel> {
  const { signal } = options;
  // The weights are asked for at once, not after the small files: their way is the longest.
  const [configText, preprocessorText, weights] = await Promise.all([
    files.readText('config.json', signal),
    files.readText('preprocessor_config.json', signal),
    loadWeights(files, options),
  ]);
  const trained = parseVitConfig(configText);
  const preprocessor = parsePreprocessorConfig(preprocessorText, trained);
  const size = outputSize(preprocessor);
  const config = trained.takesAnySize && size !== null ? withInputSize(trained, size) : trained;
  signal.throwIfAborted();
  return new VitModel(config, preprocessor, loadVitWeights(weights, config));
}
