import type { ReactNode } from 'react';
import { Button } from '../controls/Button.tsx';
import { Popover } from '../controls/Popover.tsx';
import { MeasureProgress } from '../progress/MeasureProgress.tsx';
import styles from './MeasureHeads.module.css';

export interface MeasureHeadsProps {
  /** What is measured, in a few sentences. */
  readonly account: ReactNode;
  /** How far a measurement is; null while there is none. */
  readonly progress: { readonly done: number; readonly total: number | null } | null;
  readonly onMeasure: () => void;
  readonly onCancel: () => void;
  /** What the bars in the grid mean, once there are any. */
  readonly children: ReactNode;
}

/** Starts and ends a measurement of every head. */
export function MeasureHeads({
  account,
  progress,
  onMeasure,
  onCancel,
  children,
}: MeasureHeadsProps): ReactNode {
  return (
    <div className={styles.measurement}>
      <div className={styles.row}>
        <Button disabled={progress !== null} onClick={onMeasure}>
          Measure heads
        </Button>
        <Popover label="What is measured" look="text" align="end">
          <p className={styles.account}>{account}</p>
        </Popover>
      </div>
      {progress && <MeasureProgress words="Measuring heads" {...progress} onCancel={onCancel} />}
      {children}
    </div>
  );
}
