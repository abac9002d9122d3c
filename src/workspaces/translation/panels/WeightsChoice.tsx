import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { changedHere } from '../shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './AttentionPanel.module.css';

/**
 * Under changes: the weights as they were, or as they are now, over the same old target; and those of
 * the new translation beside them.
 */
export function WeightsChoice() {
  const session = useSession();
  const isChanged = useTranslation((state) => changedHere(state) !== null);
  const weightsOf = useTranslation((state) => state.weightsOf);
  const showsNew = useTranslation((state) => state.display.showsNew);
  if (!isChanged) return null;
  return (
    <div className={styles.row}>
      <SegmentedControl
        label="Weights shown"
        value={weightsOf}
        choices={[
          { value: 'before', label: 'Before the changes' },
          { value: 'after', label: 'With the changes' },
        ]}
        onChange={(chosen) => session.view.setWeightsOf(chosen)}
      />
      <span className={styles.title}>over the target as it was</span>
      <Switch
        label="New translation beside it"
        checked={showsNew}
        onChange={(chosen) => session.view.setDisplay({ showsNew: chosen })}
      />
    </div>
  );
}
