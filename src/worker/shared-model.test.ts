import { describe, expect, it } from 'vitest';

import { SharedModel } from './shared-model.ts';

function create() {
  const events: string[] = [];
  return { events, model: new SharedModel({ dispose: () => void events.push('disposed') }) };
}

describe('a shared model', () => {
  it('is disposed of at once when nobody works with it, and only once', () => {
    const { events, model } = create();
    model.release();
    model.release();
    expect(events).toEqual(['disposed']);
  });

  it('lasts as long as the last work with it, whether that fails or not', async () => {
    const { events, model } = create();
    const ends: (() => void)[] = [];
    const wait = () => new Promise<void>((resolve) => ends.push(resolve));
    const first = model.use(wait);
    const second = model.use(async () => {
      await wait();
      throw new Error('failed');
    });
    model.release();
    ends[0]?.();
    await first;
    expect(events).toEqual([]);
    ends[1]?.();
    await expect(second).rejects.toThrow('failed');
    expect(events).toEqual(['disposed']);
  });

  it('takes no work once given up', async () => {
    const { model } = create();
    model.release();
    await expect(model.use(async () => 1)).rejects.toMatchObject({
      failure: { code: 'unknown-run' },
    });
  });
});
