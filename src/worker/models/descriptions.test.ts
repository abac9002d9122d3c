import { beforeAll, describe, expect, it } from 'vitest';
import {
  listTranslationFixtures,
  listVisionFixtures,
  readFixtureText,
  readTensors,
  readVisionFixture,
} from '../../../e2e/harness/fixture-files.ts';
import { loadFixtureModel } from '../../../e2e/harness/fixture-model.ts';
import { useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { loadTranslationModel } from './load-translation-model.ts';
import { memoryOf } from './model-memory.ts';
import { findFamily } from './model-types.ts';

beforeAll(() => useNodeBackend('cpu'));

describe('a description by the settings alone', () => {
  it.each(listVisionFixtures())('counts the parameters of %s as they are read', async (name) => {
    const { texts, ...files } = readVisionFixture(name);
    const model = await loadFixtureModel({ texts, ...files });
    const config = texts['config.json'] ?? '';
    const preprocessor = texts['preprocessor_config.json'] ?? null;
    const description = findFamily(config).describe({ config, preprocessor }, 2 ** 30);
    expect(description.parameterCount).toBe(model.info.parameterCount);
    expect(description.attentionBytes).toBe(
      4 * model.info.layerCount * model.info.headCount * model.config.tokenCount ** 2,
    );
    model.dispose();
  });

  it.each(listTranslationFixtures())('counts the parameters of %s as they are read', (name) => {
    const config = readFixtureText(`${name}/config.json`);
    const model = loadTranslationModel(config, readTensors(`${name}/model.safetensors`));
    const description = findFamily(config).describe({ config, preprocessor: null }, 2 ** 30);
    expect(description.parameterCount).toBe(model.shape.parameterCount);
    model.dispose();
  });

  it('foretells less memory in fewer bits', () => {
    const config = readFixtureText('vit-patch4/config.json');
    const preprocessor = readFixtureText('vit-patch4/preprocessor_config.json');
    const description = findFamily(config).describe({ config, preprocessor }, 2 ** 30);
    const { weights } = memoryOf(description, 'wasm');
    expect(weights.float16).toBeLessThan(weights.float32);
    expect(weights.int8).toBeLessThan(weights.float16);
    expect(memoryOf(description, 'webgpu').weights.float32).toBe(weights.float32 / 2);
  });
});
