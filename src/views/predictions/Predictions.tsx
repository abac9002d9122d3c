import type { ReactNode } from 'react';
import { formatPercent } from '../../math/format-number.ts';
import { customProperties } from '../controls/custom-properties.ts';
import styles from './Predictions.module.css';

export interface Prediction {
  readonly label: string;
  /** 0 to 1. */
  readonly probability: number;
}

export interface PredictionsProps {
  /** In the order shown. */
  readonly predictions: readonly Prediction[];
  readonly name?: string;
  /** Makes the labels buttons; gets the position in the list. */
  readonly onSelect?: (position: number) => void;
  readonly selectedPosition?: number | null;
}

/** Labels with their probabilities as bars. */
export function Predictions({
  predictions,
  name = 'Predictions',
  onSelect,
  selectedPosition = null,
}: PredictionsProps): ReactNode {
  return (
    // A list without bullets is no list to VoiceOver unless it says so.
    // oxlint-disable-next-line jsx-a11y/no-redundant-roles
    <ul role="list" aria-label={name} className={styles.list}>
      {predictions.map(({ label, probability }, position) => (
        <li
          key={label}
          className={position === selectedPosition ? styles.selected : undefined}
          style={customProperties({ '--probability': `${probability * 100}%` })}
        >
          <span className={styles.label}>
            {onSelect ? (
              <button
                type="button"
                aria-pressed={position === selectedPosition}
                onClick={() => onSelect(position)}
              >
                {label}
              </button>
            ) : (
              label
            )}
          </span>
          <span>{formatPercent(probability)}</span>
          <span className={styles.bar} />
        </li>
      ))}
    </ul>
  );
}
