import type { ReactNode } from 'react';
import { formatValue } from '../../math/format-number.ts';
import type { AlignmentPlace } from '../alignment-matrix/alignment-place.ts';
import type { AlignmentLabels } from '../alignment-matrix/draw-labels.ts';
import type { RibbonWeights } from './select-ribbons.ts';
import { strongestLinks } from './strongest-links.ts';
import styles from './Ribbons.module.css';

export interface RibbonsReadoutProps {
  readonly weights: RibbonWeights;
  readonly labels: AlignmentLabels;
  readonly place: AlignmentPlace | null;
}

const shownLinks = 3;

/** A token and what it looked at most, or what looked at it, in words. */
export function RibbonsReadout({ weights, labels, place }: RibbonsReadoutProps): ReactNode {
  const links = strongestLinks(weights, place, shownLinks);
  const [first] = links;
  if (!place || !first) return null;
  const isRow = place.query !== null;
  const token = isRow ? labels.query[place.query] : labels.key[place.key ?? 0];
  const others = isRow ? labels.key : labels.query;
  return (
    <>
      <bdi className={styles.token}>{token}</bdi> {isRow ? 'looks at' : 'is looked at by'}{' '}
      {links.map(({ index, weight }) => (
        <span key={index}>
          {index !== first.index && ', '}
          <bdi className={styles.token}>{others[index]}</bdi> {formatValue(weight, 2)}
        </span>
      ))}
      {weights.headCount > 1 && ' (mean of the heads)'}
    </>
  );
}
