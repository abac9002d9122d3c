import { describe, expect, it } from 'vitest';
import { readConfigFirst } from './config-first.ts';
import type { CheckpointFiles } from './files.ts';
import type { LoadOptions } from './load-weights.ts';

const files: CheckpointFiles = {
  readText: async (name) => `${name} of a test`,
  readBytes: async () => new Uint8Array(),
};
const options = (signal: AbortSignal): LoadOptions => ({ signal, onBytes: () => {} });

/** Never ends but by its signal. */
function wait({ signal }: LoadOptions): Promise<never> {
  return new Promise((_, fail) => {
    signal.addEventListener('abort', () => fail(signal.reason));
  });
}

describe('readConfigFirst', () => {
  it('gives the config and what was asked for beside it', async () => {
    const { signal } = new AbortController();
    const seen: string[] = [];
    const read = await readConfigFirst(
      files,
      options(signal),
      (config) => seen.push(config),
      async () => 7,
    );
    expect(read).toEqual({ config: 'config.json of a test', others: 7 });
    expect(seen).toEqual(['config.json of a test']);
  });

  it('gives up the other files as soon as the config is refused', async () => {
    const { signal } = new AbortController();
    const given: LoadOptions[] = [];
    const reading = readConfigFirst(
      files,
      options(signal),
      () => {
        throw new Error('refused');
      },
      (until) => {
        given.push(until);
        return wait(until);
      },
    );
    await expect(reading).rejects.toThrow('refused');
    expect(given[0]?.signal.aborted).toBe(true);
  });

  it('ends with the signal of the caller', async () => {
    const controller = new AbortController();
    const reading = readConfigFirst(files, options(controller.signal), () => {}, wait);
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});
