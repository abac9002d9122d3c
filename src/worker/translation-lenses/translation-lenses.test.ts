import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  listTranslationFixtures,
  readFixtureBytes,
  readFixtureText,
} from '../../../e2e/harness/fixture-files.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import {
  type LensFixtureFiles,
  measureTranslationLenses,
} from '../../../e2e/harness/translation-lens-parity.ts';

const ROOT = new URL('../../../e2e/fixtures/parity/', import.meta.url);

function readFixture(name: string): LensFixtureFiles {
  const present = ['config.json', 'changed.json'].filter((file) =>
    existsSync(new URL(`${name}/${file}`, ROOT)),
  );
  return {
    name,
    texts: Object.fromEntries(present.map((file) => [file, readFixtureText(`${name}/${file}`)])),
    weights: readFixtureBytes(`${name}/model.safetensors`),
    expected: readFixtureBytes(`${name}/expected.safetensors`),
    lenses: readFixtureBytes(`${name}/lenses.safetensors`),
  };
}

describe.each(NODE_BACKENDS)('lenses of translators on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(listTranslationFixtures())(
    'equal automatic differentiation: %s',
    async (name) => {
      const parity = await measureTranslationLenses(readFixture(name));
      expect(Object.keys(parity.lenses)).toContain('occlusion');
      for (const [lens, gap] of Object.entries(parity.lenses)) expect(gap, lens).toBeLessThan(1e-3);
      expect(parity.changed).toHaveLength(name.startsWith('marian-') ? 9 : 0);
      for (const gap of parity.changed) expect(gap).toBeLessThan(1e-3);
      expect(parity.leaked).toBe(0);
    },
    60_000,
  );
});
