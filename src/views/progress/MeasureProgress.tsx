import type { ReactNode } from 'react';
import { Button } from '../controls/Button.tsx';
import { customProperties } from '../controls/custom-properties.ts';
import styles from './MeasureProgress.module.css';

export interface MeasureProgressProps {
  /** What is measured: "Measuring heads". */
  readonly words: string;
  readonly done: number;
  /** Null while it is not known. */
  readonly total: number | null;
  /** Absent where something else ends it. */
  readonly onCancel?: () => void;
}

/** How far a measurement is, and the way out of it. */
export function MeasureProgress({ words, done, total, onCancel }: MeasureProgressProps): ReactNode {
  const share = total ? Math.min(1, done / total) : 0;
  const said = total ? `${words}: ${done} of ${total}` : `${words}…`;
  return (
    <div className={styles.progress}>
      <div
        // Styled as the page's other bars; a progress element can't be in every browser.
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="progressbar"
        aria-label={words}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        aria-valuetext={said}
        className={styles.bar}
        style={customProperties({ '--progress-share': `${share * 100}%` })}
      />
      <span className={styles.words}>{said}</span>
      {onCancel && <Button onClick={onCancel}>Cancel</Button>}
    </div>
  );
}
