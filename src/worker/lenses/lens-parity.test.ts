import { beforeAll, describe, expect, it } from 'vitest';

import {
  readFixtureText,
  readTensors,
  readVisionFixture,
} from '../../../e2e/harness/fixture-files.ts';
import {
  LENS_BOUND,
  type LensReference,
  measureLensParity,
} from '../../../e2e/harness/lens-parity.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';

const reference: LensReference = JSON.parse(readFixtureText('lenses.json'));
const expected = readTensors('lenses.safetensors');

describe.each(NODE_BACKENDS)('lenses for a label on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(reference.cases.map((lensCase) => [lensCase.key, lensCase] as const))(
    'equal automatic differentiation: %s',
    async (_, lensCase) => {
      const files = readVisionFixture(lensCase.fixture);
      const parity = await measureLensParity(files, expected, reference, lensCase);
      expect(parity.backend).toBe(backend);
      expect(Object.keys(parity.gaps).length).toBeGreaterThan(9);
      for (const [name, gap] of Object.entries(parity.gaps)) {
        expect(gap, name).toBeLessThan(LENS_BOUND);
      }
      expect(parity.leaked).toBe(0);
    },
    // The plain backend takes a pass through the model for every patch.
    180_000,
  );
});
