import { useMemo } from 'react';
import { topK } from '../../../math/top-k.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Combobox } from '../../../views/controls/Combobox.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { Predictions } from '../../../views/predictions/Predictions.tsx';
import { labelName, targetOf } from '../target.ts';
import { useSession, useVision } from '../use-vision.ts';
import styles from './PredictionsPanel.module.css';

const shownCount = 5;

/** The five most probable labels, and the label that the lenses explain. */
export function PredictionsPanel() {
  const session = useSession();
  const model = useVision((state) => state.model);
  const probabilities = useVision((state) => state.main.run?.probabilities);
  const target = useVision(targetOf);
  const isChanged = useVision((state) => state.main.run !== state.baseRun);
  const isChosen = useVision((state) => state.target !== null);
  const top = useMemo(() => topK(probabilities ?? [], shownCount), [probabilities]);
  const predictions = useMemo(
    () =>
      top.map((label) => ({
        label: labelName(model?.labels, label),
        probability: probabilities?.[label] ?? 0,
      })),
    [top, probabilities, model],
  );
  if (!model || model.labels.length === 0) return null;
  const position = target === null ? -1 : top.indexOf(target);
  return (
    <Panel title="Predictions" note={`${model.name}, ${model.labels.length} labels`}>
      <Predictions
        predictions={predictions}
        selectedPosition={position}
        onSelect={(chosen) => session.view.setTarget(top[chosen] ?? null)}
      />
      <div className={styles.target}>
        <Combobox
          label="Target class"
          choices={model.labels}
          value={target}
          onChange={(label) => session.view.setTarget(label)}
        />
        <p className={styles.note}>
          {isChosen ? (
            <Button look="text" onClick={() => session.view.setTarget(null)}>
              Follow the best prediction
            </Button>
          ) : (
            `The best one${isChanged ? ' without changes' : ''}. Lenses explain it, measurements follow it.`
          )}
        </p>
      </div>
    </Panel>
  );
}
