import type { ReactNode } from 'react';
import { formatValue } from '../../math/format-number.ts';
import type { MatrixAxis } from './draw-axes.ts';
import styles from './Matrix.module.css';

export interface MatrixReadoutProps {
  readonly values: Float32Array;
  readonly queries: MatrixAxis;
  readonly keys: MatrixAxis;
  readonly query: number | null;
  readonly keyIndex: number | null;
}

/** The hovered or selected cell in words, with its value. */
export function MatrixReadout({
  values,
  queries,
  keys,
  query,
  keyIndex,
}: MatrixReadoutProps): ReactNode {
  const value =
    query !== null && keyIndex !== null ? values[query * keys.count + keyIndex] : undefined;
  return (
    <div className={styles.readout}>
      {query !== null && (
        <>
          query <b>{queries.nameOf(query)}</b>
        </>
      )}
      {keyIndex !== null && (
        <>
          {query !== null && ' → '}key <b>{keys.nameOf(keyIndex)}</b>
        </>
      )}
      {value !== undefined && (
        <>
          : <b>{formatValue(value)}</b>
        </>
      )}
    </div>
  );
}
