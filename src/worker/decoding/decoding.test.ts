import { describe, expect, it } from 'vitest';
import type { DecoderSession, EncodedSource, StepOutput } from '../models/translation-model.ts';
import { searchBeams } from './beam-search.ts';
import { forceDecode } from './forced.ts';
import { searchGreedily } from './greedy.ts';
import { stepsOf, tokensOf } from './hypothesis.ts';
import { bestCandidates, logSoftmax, scoreNext } from './scores.ts';
import { parseDecodingSettings, type DecodingSettings } from './settings.ts';

const SETTINGS: DecodingSettings = {
  startToken: 6,
  endToken: 0,
  padToken: 6,
  badWords: [[6]],
  forcedEndToken: 0,
  renormalise: false,
  longestTarget: 6,
  beamCount: 1,
  lengthPenalty: 1,
  earlyStopping: false,
};
const VOCABULARY = 7;

type NextLogits = (read: readonly number[]) => Float32Array;

/** Logits that depend on all that was read, by a hash: a language model without habits. */
function chaotic(seed: number): NextLogits {
  return (read) =>
    Float32Array.from({ length: VOCABULARY }, (_, token) => {
      let hash = seed;
      for (const value of [...read, token])
        hash = Math.imul(hash ^ (value + 0x9e37), 0x85ebca6b) >>> 0;
      hash ^= hash >>> 13;
      return ((Math.imul(hash, 0xc2b2ae35) >>> 0) / 2 ** 32) * 4;
    });
}

/** A decoder whose rows are the tokens that the beam has read, by its own book-keeping. */
function session(next: NextLogits): DecoderSession<number[]> {
  let beams: number[][] = [[]];
  return {
    step(tokens): Promise<StepOutput<number[]>> {
      expect(tokens).toHaveLength(beams.length);
      beams = beams.map((read, index) => [...read, tokens[index] ?? -1]);
      const logits = Float32Array.from(beams.flatMap((read) => [...next(read)]));
      return Promise.resolve({ logits, rows: beams });
    },
    reorder(parents) {
      beams = parents.map((parent) => beams[parent] ?? []);
    },
    dispose() {},
  };
}

/** Every finished sequence, with its score by the same rule. */
function enumerate(
  next: NextLogits,
  settings: DecodingSettings,
): { tokens: number[]; score: number }[] {
  const found: { tokens: number[]; score: number }[] = [];
  const visit = (read: number[], sum: number) => {
    for (const [token, score] of scoreNext(next(read), read, settings).scores.entries()) {
      if (score === -Infinity) continue;
      const length = read.length;
      const tokens = [...read.slice(1), token];
      if (token === settings.endToken || length + 1 >= settings.longestTarget) {
        found.push({ tokens, score: (sum + score) / length ** settings.lengthPenalty });
      } else visit([...read, token], sum + score);
    }
  };
  visit([settings.startToken], 0);
  return found.toSorted((a, b) => b.score - a.score);
}

describe('searchBeams', () => {
  it.each([1, 2, 3, 4, 5])(
    'each step keeps the rows of its own past, beams swapping (%i)',
    async (seed) => {
      const settings = { ...SETTINGS, beamCount: 4, longestTarget: 12, forcedEndToken: null };
      const found = await searchBeams(session(chaotic(seed)), settings);
      expect(found).toHaveLength(4);
      for (const { last } of found) {
        const steps = stepsOf(last);
        const read = [settings.startToken, ...tokensOf(last)];
        for (const [index, step] of steps.entries()) {
          expect(step.rows).toEqual(read.slice(0, index + 1));
        }
      }
    },
  );

  it('swaps beams in these very searches', async () => {
    const parents: number[][] = [];
    const inner = session(chaotic(1));
    const watched = {
      ...inner,
      reorder: (indices: readonly number[]) => {
        parents.push([...indices]);
        inner.reorder(indices);
      },
    };
    await searchBeams(watched, {
      ...SETTINGS,
      beamCount: 4,
      longestTarget: 12,
      forcedEndToken: null,
    });
    expect(
      parents.slice(1).some((indices) => indices.some((parent, beam) => parent !== beam)),
    ).toBe(true);
  });

  it.each([1, 2, 3])('finds the best of all sequences when beams are many (%i)', async (seed) => {
    const settings = {
      ...SETTINGS,
      beamCount: 2000,
      longestTarget: 5,
      earlyStopping: 'never' as const,
    };
    const [best] = await searchBeams(session(chaotic(seed)), settings);
    const [expected] = enumerate(chaotic(seed), settings);
    expect(tokensOf(best?.last ?? null)).toEqual(expected?.tokens);
    expect(best?.score).toBeCloseTo(expected?.score ?? NaN, 5);
  });

  it('scores are sums of the steps over length to the power of the penalty', async () => {
    const settings = { ...SETTINGS, beamCount: 3, lengthPenalty: 0.6, forcedEndToken: null };
    const found = await searchBeams(session(chaotic(9)), settings);
    for (const { last, score } of found) {
      const steps = stepsOf(last);
      const sum = steps.reduce((total, { logProbability }) => total + logProbability, 0);
      expect(score).toBeCloseTo(sum / steps.length ** 0.6, 5);
    }
    expect(found.map(({ score }) => score)).toEqual(
      found.map(({ score }) => score).toSorted((a, b) => b - a),
    );
  });

  it('goes on from a prefix, whose steps it keeps', async () => {
    const settings = { ...SETTINGS, beamCount: 2 };
    const [best] = await searchBeams(session(chaotic(4)), settings, { prefix: [3, 5] });
    expect(tokensOf(best?.last ?? null).slice(0, 2)).toEqual([3, 5]);
    expect(stepsOf(best?.last ?? null)[1]?.rows).toEqual([6, 3]);
  });

  it('says so when the model computes no number', async () => {
    const broken = session(() => new Float32Array(VOCABULARY).fill(NaN));
    await expect(searchBeams(broken, { ...SETTINGS, beamCount: 2 })).rejects.toThrow(/no number/);
  });

  it('stops with the signal’s reason', async () => {
    const controller = new AbortController();
    let steps = 0;
    const search = searchBeams(
      session(chaotic(4)),
      { ...SETTINGS, beamCount: 2, longestTarget: 500 },
      {
        signal: controller.signal,
        onStep: () => {
          steps += 1;
          if (steps === 2) controller.abort(new Error('typed on'));
        },
      },
    );
    await expect(search).rejects.toThrow('typed on');
    expect(steps).toBe(2);
  });
});

describe('searchGreedily', () => {
  it('takes the best token each time, never a suppressed one', async () => {
    const next = chaotic(11);
    const { last } = await searchGreedily(session(next), SETTINGS);
    const read = [SETTINGS.startToken];
    for (const step of stepsOf(last)) {
      const [best] = bestCandidates(scoreNext(next(read), read, SETTINGS), 1);
      expect(step.token).toBe(best?.token);
      expect(step.token).not.toBe(6);
      read.push(step.token);
    }
    expect(read.at(-1) === 0 || read.length === SETTINGS.longestTarget).toBe(true);
  });

  it('stops at a prefix that is complete', async () => {
    const { last } = await searchGreedily(session(chaotic(2)), SETTINGS, { prefix: [3, 0] });
    expect(tokensOf(last)).toEqual([3, 0]);
  });

  it('reports every step, in order', async () => {
    const seen: number[] = [];
    const { last } = await searchGreedily(session(chaotic(2)), SETTINGS, {
      onStep: (step) => seen.push(step.token),
    });
    expect(seen).toEqual(tokensOf(last));
  });
});

describe('forceDecode', () => {
  const next = chaotic(21);
  const source: EncodedSource = {
    tokenCount: 1,
    changes: null,
    readAttention: () => Promise.reject(new Error('unused')),
    valueVectors: () => Promise.reject(new Error('unused')),
    relevance: () => Promise.reject(new Error('unused')),
    inputGradient: () => Promise.reject(new Error('unused')),
    begin: () => {
      throw new Error('unused');
    },
    force: (inputs) =>
      Promise.resolve({
        logits: Float32Array.from(inputs.flatMap((_, at) => [...next(inputs.slice(0, at + 1))])),
        rows: inputs.map(() => ({ cross: new Float32Array(1), decoder: null })),
      }),
    dispose() {},
  };

  it('gives every token its log probability after the ones before', async () => {
    const target = [4, 2, 0];
    const { last, finished } = await forceDecode(source, target, SETTINGS);
    expect(finished).toBe(true);
    for (const [index, step] of stepsOf(last).entries()) {
      const expected = logSoftmax(next([6, ...target.slice(0, index)]))[target[index] ?? 0];
      expect(step.logProbability).toBeCloseTo(expected ?? NaN, 6);
      expect(step.candidates).toHaveLength(5);
    }
  });

  it('of nothing is nothing', async () => {
    expect(await forceDecode(source, [], SETTINGS)).toEqual({
      last: null,
      score: 0,
      finished: false,
    });
  });
});

describe('scores', () => {
  it('log softmax sums to one and survives large logits', () => {
    const scores = logSoftmax(Float32Array.of(1000, 999, -1000));
    expect(scores.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 6);
  });

  it('suppresses a bad word of two tokens only after its first', () => {
    const settings = { ...SETTINGS, badWords: [[2, 3]] };
    const logits = new Float32Array(VOCABULARY);
    expect(scoreNext(logits, [6, 2], settings).scores[3]).toBe(-Infinity);
    expect(scoreNext(logits, [6, 3], settings).scores[3]).not.toBe(-Infinity);
    expect(scoreNext(logits, [2], { ...settings, badWords: [[1, 2, 3]] }).scores[3]).not.toBe(
      -Infinity,
    );
  });

  it('renormalises what is left', () => {
    const { scores } = scoreNext(new Float32Array(VOCABULARY), [6], {
      ...SETTINGS,
      renormalise: true,
    });
    expect(scores.reduce((sum, score) => sum + Math.exp(score), 0)).toBeCloseTo(1, 6);
    expect(scores[6]).toBe(-Infinity);
  });

  it('leaves only the end at the last position', () => {
    const { scores } = scoreNext(new Float32Array(VOCABULARY), [6, 1, 1, 1, 1], SETTINGS);
    expect([...scores].filter((score) => score > -Infinity)).toEqual([0]);
  });

  it('candidates come best first, equals by id, without what cannot be chosen', () => {
    const scores = Float32Array.of(-1, -3, -1, -2, -Infinity);
    const logProbabilities = Float32Array.of(-2, -4, -2, -3, 0);
    const candidates = bestCandidates({ scores, logProbabilities }, 5);
    expect(candidates.map(({ token }) => token)).toEqual([0, 2, 3, 1]);
    expect(candidates.map(({ logProbability }) => logProbability)).toEqual([-2, -2, -3, -4]);
  });
});

describe('parseDecodingSettings', () => {
  const config = JSON.stringify({
    pad_token_id: 9,
    eos_token_id: 0,
    max_length: 100,
    num_beams: 6,
  });

  it('prefers generation_config.json', () => {
    const generation = JSON.stringify({
      num_beams: 4,
      bad_words_ids: [[9], [0]],
      early_stopping: 'never',
    });
    expect(parseDecodingSettings(config, generation, 10, 50)).toMatchObject({
      beamCount: 4,
      padToken: 9,
      startToken: 9,
      badWords: [[9]],
      longestTarget: 50,
      earlyStopping: 'never',
      forcedEndToken: null,
    });
  });

  it.each([
    ['pad_token_id', 10],
    ['eos_token_id', -1],
    ['bad_words_ids', [[10]]],
    ['bad_words_ids', [[]]],
    ['num_beams', 'many'],
    ['length_penalty', null],
  ])('refuses or defaults %s: %j', (key, value) => {
    const text = JSON.stringify({ ...JSON.parse(config), [key]: value });
    if (value === null) expect(parseDecodingSettings(text, null, 10, 50).lengthPenalty).toBe(1);
    else expect(() => parseDecodingSettings(text, null, 10, 50)).toThrow(/config\.json/);
  });
});
