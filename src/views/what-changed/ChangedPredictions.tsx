import type { ReactNode } from 'react';
import { formatPercent, formatPoints } from '../../math/format-number.ts';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import styles from './ChangedPredictions.module.css';

export interface ChangedPrediction {
  readonly label: string;
  /** 0 to 1. */
  readonly before: number;
  readonly after: number;
}

export interface ChangedPredictionsProps {
  /** In the order shown. */
  readonly predictions: readonly ChangedPrediction[];
}

/** Below it a difference shows as 0.0. */
const smallestPoint = 0.0005;

/** Probabilities before and after a change, and their difference in percentage points. */
export function ChangedPredictions({ predictions }: ChangedPredictionsProps): ReactNode {
  return (
    <div className={styles.container}>
      <table className={styles.table}>
        <caption className="visually-hidden">Predictions before and after</caption>
        <thead>
          <tr>
            <th scope="col">Label</th>
            <th scope="col">before</th>
            <th scope="col">after</th>
            <th scope="col">
              <span className="visually-hidden">Difference in percentage points</span>
              <span aria-hidden="true">Δ points</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {predictions.map(({ label, before, after }, position) => (
            <tr
              // Two classes may have one name.
              key={`${label} ${position}`}
              style={customProperties({
                '--before': `${before * 100}%`,
                '--after': `${after * 100}%`,
              })}
            >
              <th scope="row">{label}</th>
              <td>{formatPercent(before)}</td>
              <td>{formatPercent(after)}</td>
              <td
                className={classNames(
                  Math.abs(after - before) >= smallestPoint &&
                    (after > before ? styles.more : styles.less),
                )}
              >
                {formatPoints(after - before)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
