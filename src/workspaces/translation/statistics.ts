import type { StackAttention } from '../../engine/translation-protocol.ts';
import { diagonality } from '../../math/diagonality.ts';
import { meanEntropy } from '../../math/entropy.ts';
import { isPunctuation, sinkShare } from '../../math/sinks.ts';
import type { StackAxes } from './attention-view.ts';
import type { Display } from './state.ts';

export type Statistic = Display['statistic'];

interface StatisticDescription {
  readonly title: string;
  readonly unit: string;
  readonly account: string;
}

export const statistics: Readonly<Record<Statistic, StatisticDescription>> = {
  entropy: {
    title: 'Entropy',
    unit: 'nats',
    account:
      'How widely a head spreads its weight: the mean entropy of its rows. 0 is one token alone.',
  },
  special: {
    title: 'Weight on special tokens',
    unit: '',
    account:
      'The share of the weight that lies on </s> or the start token, where heads leave what they have no use for (Clark et al. 2019, section 3.2).',
  },
  punctuation: {
    title: 'Weight on punctuation',
    unit: '',
    account:
      'The share of the weight that lies on punctuation, another such sink (Clark et al. 2019, section 3.2).',
  },
  diagonality: {
    title: 'Diagonality',
    unit: '',
    account:
      'How near the weight lies to the diagonal: 1 is on it, 0 is as uniform attention, below 0 shuns it.',
  },
};

/**
 * A statistic of every head of a stack, over tokens, not words.
 * @param axes the tokens' own, unmerged
 * @returns [layer, head]
 */
export function headStatistic(
  statistic: Statistic,
  { layerCount, headCount, queryCount, keyCount, values }: StackAttention,
  { key }: StackAxes,
): Float32Array {
  const size = queryCount * keyCount;
  const isSink = key.labels.map((label, index) =>
    statistic === 'special' ? key.special[index] === true : isPunctuation(label.replace('▁', '')),
  );
  return Float32Array.from({ length: layerCount * headCount }, (_, head) => {
    const probs = values.subarray(head * size, (head + 1) * size);
    switch (statistic) {
      case 'entropy':
        return meanEntropy(probs, keyCount);
      case 'special':
      case 'punctuation':
        return sinkShare(probs, isSink);
      case 'diagonality':
        return diagonality(probs, queryCount, keyCount);
    }
  });
}
