import { describe, expect, it } from 'vitest';
import { giveBack } from './give-back.ts';

describe('memory that is given back', () => {
  // Node 20 has no transfer.
  it.runIf('transfer' in ArrayBuffer.prototype)('is gone from the array', () => {
    const array = new Float32Array([1, 2, 3]);
    const part = array.subarray(1);
    giveBack(array);
    expect(array).toHaveLength(0);
    expect(() => giveBack(array)).not.toThrow();
    expect(() => giveBack(part)).not.toThrow();
  });

  it('stays where others share it', () => {
    const whole = new Uint8Array([1, 2, 3, 4]);
    giveBack(whole.subarray(1));
    expect([...whole]).toEqual([1, 2, 3, 4]);
  });
});
