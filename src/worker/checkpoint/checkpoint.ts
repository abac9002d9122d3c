/** A vision checkpoint: a folder in the Hugging Face layout. */
import { VitModel } from '../models/vit.ts';
import { loadVitWeights } from '../models/vit-weights.ts';
import { checkTask } from '../models/model-types.ts';
import { readConfigFirst } from './config-first.ts';
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
  const trained = parseVitConfig(configText);
  const preprocessor = parsePreprocessorConfig(preprocessorText, trained);
  const size = outputSize(preprocessor);
  const config = trained.takesAnySize && size !== null ? withInputSize(trained, size) : trained;
  options.signal.throwIfAborted();
  return new VitModel(config, preprocessor, loadVitWeights(weights, config));
}
