import { describe, expect, it } from 'vitest';
import { formatAddress, parseAddress } from './address.ts';

describe('address', () => {
  it('reads a workspace and what follows it', () => {
    expect(parseAddress('#/translation?layer=2')).toEqual({
      workspace: 'translation',
      parameters: 'layer=2',
    });
  });
  it('opens Vision for an empty or unknown address', () => {
    for (const hash of ['', '#', '#/', '#/nothing', '#vision-of-something'])
      expect(parseAddress(hash).workspace).toBe('vision');
  });
  it('writes what it reads', () => {
    for (const hash of ['#/vision', '#/translation?text=a%20b'])
      expect(formatAddress(parseAddress(hash))).toBe(hash);
  });
});
