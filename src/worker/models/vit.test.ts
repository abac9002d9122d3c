import { beforeAll, describe, expect, it } from 'vitest';

import { listVisionFixtures, readVisionFixture } from '../../../e2e/harness/fixture-files.ts';
import { NODE_BACKENDS, useNodeBackend } from '../../../e2e/harness/node-backends.ts';
import { BOUNDS, measureParity } from '../../../e2e/harness/parity.ts';

describe.each(NODE_BACKENDS)('ViT and DeiT on %s', (backend) => {
  beforeAll(() => useNodeBackend(backend));

  it.each(listVisionFixtures())('equal transformers: %s', async (name) => {
    const parity = await measureParity(readVisionFixture(name));
    expect(parity.backend).toBe(backend);
    expect(parity.layerCount).toBeGreaterThan(0);
    expect(parity.attention).toBeLessThan(BOUNDS.attention);
    expect(parity.rowSum).toBeLessThan(BOUNDS.rowSum);
    expect(parity.logits ?? 0).toBeLessThan(BOUNDS.logits);
    expect(parity.leaked).toBe(0);
  });
});
