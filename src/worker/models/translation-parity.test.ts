import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  listTranslationFixtures,
  readFixtureBytes,
  readFixtureText,
} from '../../../e2e/harness/fixture-files.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import type { FixtureFiles } from '../../../e2e/harness/fixture-model.ts';
import { BOUNDS } from '../../../e2e/harness/parity.ts';
import {
  measureGruParity,
  measureMarianParity,
  type TranslationParity,
} from '../../../e2e/harness/translation-parity.ts';

const ROOT = new URL('../../../e2e/fixtures/parity/', import.meta.url);
const NAMES = ['config.json', 'generation_config.json', 'expected.json'];

function readFixture(name: string): FixtureFiles {
  const present = NAMES.filter((file) => existsSync(new URL(`${name}/${file}`, ROOT)));
  return {
    name,
    texts: Object.fromEntries(present.map((file) => [file, readFixtureText(`${name}/${file}`)])),
    weights: readFixtureBytes(`${name}/model.safetensors`),
    expected: readFixtureBytes(`${name}/expected.safetensors`),
  };
}

function expectEqual(parity: TranslationParity): void {
  expect(parity.otherTokens).toEqual([]);
  expect(parity.attention).toBeLessThan(BOUNDS.attention);
  expect(parity.rowSum).toBeLessThan(BOUNDS.rowSum);
  expect(parity.logits).toBeLessThan(BOUNDS.logits);
  expect(parity.logProbabilities).toBeLessThan(BOUNDS.logits);
  expect(parity.scores).toBeLessThan(BOUNDS.logits);
  expect(parity.historyCount).toBeGreaterThan(0);
  expect(parity.leaked).toBe(0);
}

describe.each(NODE_BACKENDS)('translators on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(listTranslationFixtures().filter((name) => name.startsWith('marian-')))(
    'equal transformers, forced and in every search: %s',
    async (name) => expectEqual(await measureMarianParity(readFixture(name))),
    60_000,
  );

  it.each(listTranslationFixtures().filter((name) => name.startsWith('gru-')))(
    'equal their definition: %s',
    async (name) => expectEqual(await measureGruParity(readFixture(name))),
  );
});
