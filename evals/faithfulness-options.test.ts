import { describe, expect, it } from 'vitest';
import { parseFaithfulnessOptions, usage } from './faithfulness-options.mjs';
import { UsageError } from './options.mjs';

describe('options', () => {
  it('have initial values', () => {
    expect(parseFaithfulnessOptions(['--tar', 'a.tar'])).toEqual({
      tar: 'a.tar',
      model: 'heed-vit',
      limit: Infinity,
      lenses: [],
      removal: 'hide',
      steps: 32,
      random: 10,
      scans: Infinity,
      target: 'prediction',
      minutes: Infinity,
      backend: null,
      isSingleThread: false,
    });
  });

  it('are read', () => {
    const args =
      '--tar=a --model m --limit 9 --lens raw --lens rollout --lens raw --removal blur ' +
      '--steps 8 --random 2 --scans 0 --target label --minutes 5 --backend wasm --single-thread';
    expect(parseFaithfulnessOptions(args.split(' '))).toEqual({
      tar: 'a',
      model: 'm',
      limit: 9,
      lenses: ['raw', 'rollout'],
      removal: 'blur',
      steps: 8,
      random: 2,
      scans: 0,
      target: 'label',
      minutes: 5,
      backend: 'wasm',
      isSingleThread: true,
    });
  });

  it.each([
    [[]],
    [['--tar', 'a', '--removal', 'paint']],
    [['--tar', 'a', '--steps', '0']],
    [['--tar', 'a', '--steps', '1.5']],
    [['--tar', 'a', '--random', '101']],
    [['--tar', 'a', '--random', '0']],
    [['--tar', 'a', '--scans', 'some']],
    [['--tar', 'a', '--target', 'truth']],
    [['--tar', 'a', '--lens']],
    [['--tar', 'a', '--minutes', '0']],
    [['--tar', 'a', '--speed', 'high']],
  ])('%j are refused in one line', (args) => {
    const refused = () => parseFaithfulnessOptions(args);
    expect(refused).toThrow(UsageError);
    expect(refused).toThrow(/^[^\n]+[.]$/);
  });

  it('tell of themselves', () => {
    expect(parseFaithfulnessOptions(['--help'])).toBeNull();
    for (const option of ['tar', 'model', 'limit', 'lens', 'removal', 'steps', 'random', 'scans'])
      expect(usage).toContain(`--${option} `);
  });
});
