import { describe, expect, it } from 'vitest';
import { checkTask, findFamily } from './model-types.ts';

const configOf = (modelType: string): string => JSON.stringify({ model_type: modelType });

describe('the registry of model types', () => {
  it.each([
    ['vit', 'vision'],
    ['deit', 'vision'],
    ['vit_mae', 'vision'],
    ['dinov2', 'vision'],
    ['dinov2_with_registers', 'vision'],
    ['marian', 'translation'],
    ['heed-gru', 'translation'],
  ])('knows %s', (modelType, task) => {
    expect(findFamily(configOf(modelType)).kind).toBe(task);
  });

  it.each(['clip', 't5', 'bart', 'bert', 'gpt2', '', '__proto__', 'toString'])(
    'names “%s” and what works instead',
    (modelType) => {
      expect(() => findFamily(configOf(modelType))).toThrow(
        `Models of type “${modelType}” are not supported; vit, deit, vit_mae, dinov2, dinov2_with_registers, marian and heed-gru are.`,
      );
    },
  );

  it('tells a model for pictures from one for texts', () => {
    expect(() => checkTask(configOf('vit'), 'vision')).not.toThrow();
    expect(() => checkTask(configOf('marian'), 'vision')).toThrow(
      'This model translates texts; one that looks at pictures is wanted here.',
    );
    expect(() => checkTask('[]', 'vision')).toThrow('config.json cannot be used');
  });
});
