import { describe, expect, it } from 'vitest';
import { FaithfulnessTable } from './faithfulness-table.mjs';

/** Random orders that differ from picture to picture. */
const randomOf = (picture: number) => ({
  deletion: 0.3 + picture / 10,
  insertion: 0.3 + picture / 10,
  comprehensiveness: 0.1,
  sufficiency: 0.2,
});

/** Better in deletion always, worse in insertion always, better in one figure and worse in another at times. */
const mapOf = (picture: number, tau: number | null) => ({
  deletion: 0.25 + picture / 10,
  insertion: 0.29 + picture / 10,
  comprehensiveness: 0.1 + (picture % 2 === 0 ? 0.2 : -0.1),
  sufficiency: 0.2,
  tau,
});

describe('FaithfulnessTable', () => {
  const table = new FaithfulnessTable(['raw', 'rollout']);
  for (let picture = 0; picture < 5; picture += 1) {
    const random = randomOf(picture);
    const maps = [mapOf(picture, picture < 2 ? 0.5 : null), { ...random, tau: null }];
    table.add({ maps, random });
  }
  const [raw, rollout, random] = table.lines();

  it('has a line for each lens and one for random orders', () => {
    expect(table.images).toBe(5);
    expect([raw, rollout, random].map((line) => line?.lens)).toEqual([
      'raw',
      'rollout',
      'random orders',
    ]);
    expect(raw).toMatchObject({ images: 5, deletion: 0.45, insertion: 0.49, sufficiency: 0.2 });
    expect(random).toMatchObject({ images: 5, deletion: 0.5, sufficiencyError: 0 });
    // Deviation √0.025 of five.
    expect(raw).toMatchObject({ deletionError: 0.07071 });
  });

  it('takes correlations where there are any', () => {
    expect(raw).toMatchObject({ tau: 0.5, tauError: 0, tauImages: 2 });
    expect(rollout).toMatchObject({ tau: null, tauError: null, tauImages: 0 });
  });

  it('compares with random orders picture by picture, in the right direction', () => {
    expect(raw).toMatchObject({
      overRandom: {
        deletion: { difference: -0.05, low: -0.05, high: -0.05, beats: true },
        insertion: { difference: -0.01, beats: false },
        comprehensiveness: { difference: 0.08, beats: false },
        sufficiency: { difference: 0, beats: false },
      },
    });
    expect(rollout).toMatchObject({ overRandom: { deletion: { difference: 0, beats: false } } });
  });

  it('refuses a picture with other maps', () => {
    expect(() => table.add({ maps: [], random: randomOf(0) })).toThrow('0 maps of 2 lenses');
  });
});
