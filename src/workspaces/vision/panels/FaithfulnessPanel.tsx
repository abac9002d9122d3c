import type { Removal } from '../../../engine/what-if-protocol.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Menu } from '../../../views/controls/Menu.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { MeasureProgress } from '../../../views/progress/MeasureProgress.tsx';
import { faithfulnessExport } from '../export-faithfulness.ts';
import { measuredIndex } from '../faithfulness-of.ts';
import { useSession, useVision } from '../use-vision.ts';
import { FaithfulnessFigures } from './FaithfulnessFigures.tsx';
import styles from './FaithfulnessPanel.module.css';
import { FaithfulnessTable } from './FaithfulnessTable.tsx';

const removals: readonly { readonly value: Removal; readonly label: string }[] = [
  { value: 'hide', label: 'Leave its token out' },
  { value: 'mean', label: 'Mean colour' },
  { value: 'blur', label: 'Blur' },
];

/** Whether the patches that a map points at are those that the model needs. */
export function FaithfulnessPanel() {
  const session = useSession();
  const measured = useVision((state) => state.faithfulness);
  const inView = useVision((state) =>
    state.faithfulness ? measuredIndex(state.faithfulness, state) : -1,
  );
  const progress = useVision((state) => state.measuring.faithfulness);
  const removal = useVision((state) => state.removal);
  const hasRun = useVision((state) => state.main.run !== null);
  const hasLabels = useVision((state) => (state.model?.labels.length ?? 0) > 0);
  if (!hasRun || !hasLabels) return null;
  const index = Math.max(0, inView);
  return (
    <Panel
      title="Can the map be trusted?"
      tools={
        measured && (
          <Menu
            label="Save the curves"
            icon="download"
            items={faithfulnessExport(session, index)}
          />
        )
      }
    >
      <p className={styles.words}>
        Takes patches away in the order of the map, most important first, and gives them back the
        same way. If the map shows what the model uses, the prediction falls early and comes back
        early; random orders are the floor.
      </p>
      <div className={styles.controls}>
        <Button
          look="primary"
          disabled={progress !== null}
          onClick={() => void session.measure.measureFaithfulness('view')}
        >
          Measure faithfulness
        </Button>
        <Button
          disabled={progress !== null}
          onClick={() => void session.measure.measureFaithfulness('all')}
        >
          Measure all lenses
        </Button>
        <Select
          label="Remove a patch by"
          value={removal}
          choices={removals}
          disabled={progress !== null}
          onChange={(value) => session.measure.setRemoval(value)}
        />
      </div>
      {progress && (
        <MeasureProgress
          words="Measuring"
          {...progress}
          onCancel={() => session.measure.cancel('faithfulness')}
        />
      )}
      {measured && <FaithfulnessFigures measured={measured} index={index} />}
      {measured && measured.views.length > 1 && <FaithfulnessTable measured={measured} />}
    </Panel>
  );
}
