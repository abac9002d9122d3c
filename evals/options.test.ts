import { describe, expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.mjs';

describe('options', () => {
  it('have initial values', () => {
    expect(parseOptions(['--tar', 'a.tar'])).toEqual({
      tar: 'a.tar',
      model: 'heed-vit',
      limit: Infinity,
      backend: null,
    });
  });

  it('are read', () => {
    const args = ['--tar=a.tar', '--model', 'm', '--limit', '10', '--backend', 'cpu'];
    expect(parseOptions(args)).toEqual({ tar: 'a.tar', model: 'm', limit: 10, backend: 'cpu' });
  });

  it.each([
    [[]],
    [['--tar']],
    [['a.tar']],
    [['--tar', 'a', '--limit', '0']],
    [['--tar', 'a', '--limit', '-1']],
    [['--tar', 'a', '--limit', '1e3']],
    [['--tar', 'a', '--limit', '']],
    [['--tar', 'a', '--backend', 'gpu']],
    [['--tar', 'a', '--speed', 'high']],
  ])('%j are refused in one line', (args) => {
    const refused = () => parseOptions(args);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(/^[^\n]+[.]$/);
  });
});
