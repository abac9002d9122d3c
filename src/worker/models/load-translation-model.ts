import type { Precision } from '../../engine/model-protocol.ts';
import { Fields } from '../checkpoint/fields.ts';
import type { WeightsFile } from '../checkpoint/weights-file.ts';
import { fail } from '../failure.ts';
import { GruModel } from './gru/gru.ts';
import { MarianModel } from './marian/marian.ts';
import type { TranslationModel } from './translation-model.ts';

/**
 * Puts the translator that a checkpoint describes on the device.
 * @param config text of config.json
 * @throws HeedFailure `model-unsupported` for another `model_type`; `model-invalid` or
 *   `weights-invalid` where the files do not fit
 */
export function loadTranslationModel(
  config: string,
  tensors: WeightsFile,
  precision: Precision = 'float32',
): TranslationModel {
  const modelType = Fields.parse('config.json', config).string('model_type', '');
  switch (modelType) {
    case 'marian':
      return MarianModel.load(config, tensors, precision);
    case 'heed-gru':
      return GruModel.load(config, tensors, precision);
    default:
      return fail(
        'model-unsupported',
        `Models of type “${modelType}” do not translate; marian and heed-gru do.`,
      );
  }
}
