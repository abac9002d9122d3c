import { formatPercent, formatPoints } from '../../../math/format-number.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Popover } from '../../../views/controls/Popover.tsx';
import { HeadBarLegend } from '../../../views/head-grid/HeadBar.tsx';
import { MeasureProgress } from '../../../views/progress/MeasureProgress.tsx';
import { importanceOfHeads, largestSize } from '../head-order.ts';
import { labelName, targetOf } from '../target.ts';
import { useSession, useVision } from '../use-vision.ts';
import styles from './HeadsPanel.module.css';

/** What every head's absence does to the prediction. */
export function Importance() {
  const session = useSession();
  const target = useVision(targetOf);
  const progress = useVision((state) => state.measuring.heads);
  if (target === null) return null;
  return (
    <div className={styles.importance}>
      <div className={styles.row}>
        <Button disabled={progress !== null} onClick={() => void session.measure.measureHeads()}>
          Measure heads
        </Button>
        <Popover label="What is measured" look="text" align="end">
          <p className={styles.account}>
            Every head is switched off in turn and the model runs again (Michel, Levy, Neubig 2019).
            The bar is how much of the target class’s probability goes with the head; to the left it
            grows without the head. Heads that stand in for each other look unimportant one by one.
          </p>
        </Popover>
      </div>
      {progress && (
        <MeasureProgress
          words="Measuring heads"
          {...progress}
          onCancel={() => session.measure.cancel('heads')}
        />
      )}
      <Legend />
    </div>
  );
}

function Legend() {
  const measured = useVision((state) => state.importance);
  const target = useVision(targetOf);
  const run = useVision((state) => state.main.run?.run);
  const labels = useVision((state) => state.model?.labels);
  if (!measured || measured.target !== target) return null;
  const largest = largestSize(importanceOfHeads(measured.result));
  const label = labelName(labels, measured.target);
  return (
    <>
      <HeadBarLegend
        below="better without it"
        above="worse without it"
        end={`${formatPoints(largest).replace('+', '')} points`}
      />
      <p className={styles.note}>
        Of “{label}”, {formatPercent(measured.result.probability)} with the heads as they
        {measured.run === run ? ' are.' : ' were before your latest changes.'}
      </p>
    </>
  );
}
