/** Which models Heed runs: a new family is a file of its own, and a line here. */
import { VIT_MODEL_TYPES } from '../checkpoint/config.ts';
import { Fields } from '../checkpoint/fields.ts';
import { fail } from '../failure.ts';

/** What a model takes in: a picture, or a text to translate. */
export type ModelTask = 'vision' | 'translation';

/** By the `model_type` of config.json. */
export const MODEL_TASKS: ReadonlyMap<string, ModelTask> = new Map<string, ModelTask>([
  ...VIT_MODEL_TYPES.map((modelType): [string, ModelTask] => [modelType, 'vision']),
  ['marian', 'translation'],
  ['heed-gru', 'translation'],
]);

const DEEDS: Readonly<Record<ModelTask, string>> = {
  vision: 'looks at pictures',
  translation: 'translates texts',
};

/**
 * What the model that a checkpoint describes takes in.
 * @param config text of config.json
 * @throws HeedFailure `model-unsupported` for any other type, naming it and those that work;
 *   `model-invalid` if the file is no JSON object
 */
export function findTask(config: string): ModelTask {
  const modelType = Fields.parse('config.json', config).string('model_type', '');
  const task = MODEL_TASKS.get(modelType);
  if (task !== undefined) return task;
  const known = [...MODEL_TASKS.keys()];
  return fail(
    'model-unsupported',
    `Models of type “${modelType}” are not supported; ${known.slice(0, -1).join(', ')} and ${known.at(-1)} are.`,
    'config.json: model_type',
  );
}

/** @throws HeedFailure as `findTask`, and `model-unsupported` for a model of another task */
export function checkTask(config: string, wanted: ModelTask): void {
  const task = findTask(config);
  if (task === wanted) return;
  fail(
    'model-unsupported',
    `This model ${DEEDS[task]}; one that ${DEEDS[wanted]} is wanted here.`,
    'config.json: model_type',
  );
}
