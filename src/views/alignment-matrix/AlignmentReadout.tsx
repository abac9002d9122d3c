import type { ReactNode } from 'react';
import { formatValue } from '../../math/format-number.ts';
import type { AlignmentPlace } from './alignment-place.ts';
import type { AlignmentLabels } from './draw-labels.ts';
import { isSeen } from './layout-alignment.ts';
import styles from './AlignmentMatrix.module.css';

export interface AlignmentReadoutProps {
  readonly values: Float32Array;
  readonly labels: AlignmentLabels;
  readonly place: AlignmentPlace | null;
  readonly causal: boolean;
}

/** A cell, row or column in words, with the cell's value. */
export function AlignmentReadout({
  values,
  labels,
  place,
  causal,
}: AlignmentReadoutProps): ReactNode {
  if (!place) return null;
  const { query, key } = place;
  const isCell = query !== null && key !== null;
  const value = isCell ? values[query * labels.key.length + key] : undefined;
  return (
    <>
      {query !== null && <bdi className={styles.token}>{labels.query[query]}</bdi>}
      {isCell && ' → '}
      {key !== null && <bdi className={styles.token}>{labels.key[key]}</bdi>}
      {isCell && !isSeen(causal, query, key) && ': not seen, it comes later'}
      {isCell && isSeen(causal, query, key) && value !== undefined && (
        <>
          : <b>{formatValue(value)}</b>
        </>
      )}
    </>
  );
}
