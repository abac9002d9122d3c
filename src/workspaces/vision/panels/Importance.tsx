import { formatPercent, formatPoints } from '../../../math/format-number.ts';
import { HeadBarLegend } from '../../../views/head-grid/HeadBar.tsx';
import { MeasureHeads } from '../../../views/head-grid/MeasureHeads.tsx';
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
    <MeasureHeads
      account={
        <>
          Every head is switched off in turn and the model runs again (Michel, Levy, Neubig 2019).
          The bar is how much of the target class’s probability goes with the head; to the left it
          grows without the head. Heads that stand in for each other look unimportant one by one.
        </>
      }
      progress={progress}
      onMeasure={() => void session.measure.measureHeads()}
      onCancel={() => session.measure.cancel('heads')}
    >
      <Legend />
    </MeasureHeads>
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
