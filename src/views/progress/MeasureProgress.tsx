import type { ReactNode } from 'react';
import { Button } from '../controls/Button.tsx';
import styles from './MeasureProgress.module.css';
import { ProgressBar } from './ProgressBar.tsx';

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
  const said = total ? `${words}: ${done} of ${total}` : `${words}…`;
  return (
    <div className={styles.progress}>
      <ProgressBar label={words} share={total ? done / total : 0} words={said} />
      <span className={styles.words}>{said}</span>
      {onCancel && <Button onClick={onCancel}>Cancel</Button>}
    </div>
  );
}
