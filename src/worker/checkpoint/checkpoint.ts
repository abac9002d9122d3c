/** A vision checkpoint: a folder in the Hugging Face layout. */
import { VitModel } from '../models/vit.ts';
import { loadVitWeights } from '../models/vit-weights.ts';
import { parseVitConfig } from './config.ts';
import type { CheckpointFiles, OnBytes } from './files.ts';
import { parsePreprocessorConfig } from './preprocessor-config.ts';
import { Safetensors } from './safetensors.ts';

export interface LoadOptions {
  readonly signal: AbortSignal;
  /** Bytes of the weights as they arrive. */
  readonly onBytes: OnBytes;
}

/**
 * Reads config.json, preprocessor_config.json and model.safetensors, and puts the weights on the
 * device.
 * @throws HeedFailure `model-invalid`, `model-unsupported` or `weights-invalid`, and what `files`
 *   throws
 */
export async function loadVisionCheckpoint(
  files: CheckpointFiles,
  { signal, onBytes }: LoadOptions,
): Promise<VitModel> {
  // The weights are asked for at once, not after the small files: their way is the longest.
  const [configText, preprocessorText, weights] = await Promise.all([
    files.readText('config.json', signal),
    files.readText('preprocessor_config.json', signal),
    files.readBytes('model.safetensors', onBytes, signal),
  ]);
  const config = parseVitConfig(configText);
  const preprocessor = parsePreprocessorConfig(preprocessorText, config);
  signal.throwIfAborted();
  return new VitModel(config, preprocessor, loadVitWeights(new Safetensors(weights), config));
}
