/** Which models Heed runs: a new family is a file of its own, and a line here. */
import type { ModelKind } from '../../engine/model-protocol.ts';
import { VIT_MODEL_TYPES } from '../checkpoint/config.ts';
import { Fields, shorten } from '../checkpoint/fields.ts';
import { fail } from '../failure.ts';
import { describeVit } from './describe-vit.ts';
import { describeGru } from './gru/describe.ts';
import { describeMarian } from './marian/describe.ts';
import type { ModelFamily } from './model-family.ts';

const VISION: ModelFamily = { kind: 'vision', describe: describeVit };

/** By the `model_type` of config.json. */
export const MODEL_FAMILIES: ReadonlyMap<string, ModelFamily> = new Map<string, ModelFamily>([
  ...VIT_MODEL_TYPES.map((modelType): [string, ModelFamily] => [modelType, VISION]),
  ['marian', { kind: 'translation', describe: describeMarian }],
  ['heed-gru', { kind: 'translation', describe: describeGru }],
]);

const DEEDS: Readonly<Record<ModelKind, string>> = {
  vision: 'looks at pictures',
  translation: 'translates texts',
};

/** The `model_type` that a config.json names; empty where it names none. */
export function readModelType(config: string): string {
  return Fields.parse('config.json', config).string('model_type', '');
}

/**
 * The family of the model that a checkpoint describes.
 * @param config text of config.json
 * @throws HeedFailure `model-unsupported` for any other type, naming it and those that work;
 *   `model-invalid` if the file is no JSON object
 */
export function findFamily(config: string): ModelFamily {
  const modelType = readModelType(config);
  const family = MODEL_FAMILIES.get(modelType);
  if (family !== undefined) return family;
  const known = [...MODEL_FAMILIES.keys()];
  return fail(
    'model-unsupported',
    `Models of type “${shorten(modelType)}” are not supported; ${known.slice(0, -1).join(', ')} and ${known.at(-1)} are.`,
    'config.json: model_type',
    'config.json: model_type',
  );
}

/** @throws HeedFailure as `findFamily`, and `model-unsupported` for a model of another kind */
export function checkTask(config: string, wanted: ModelKind): void {
  const { kind } = findFamily(config);
  if (kind === wanted) return;
  fail(
    'model-unsupported',
    `This model ${DEEDS[kind]}; one that ${DEEDS[wanted]} is wanted here.`,
    'config.json: model_type',
    'config.json: model_type',
  );
}
