import { useMemo } from 'react';
import { topK } from '../../../math/top-k.ts';
import { Predictions } from '../../../views/predictions/Predictions.tsx';
import { useVision } from '../use-vision.ts';
import { Panel } from '../../../views/panel/Panel.tsx';

const shownCount = 5;

/** The five most probable labels. */
export function PredictionsPanel() {
  const model = useVision((state) => state.model);
  const probabilities = useVision((state) => state.main.run?.probabilities);
  const predictions = useMemo(
    () =>
      topK(probabilities ?? [], shownCount).map((label) => ({
        label: model?.labels[label] ?? `label ${label}`,
        probability: probabilities?.[label] ?? 0,
      })),
    [probabilities, model],
  );
  if (!model || model.labels.length === 0) return null;
  return (
    <Panel title="Predictions" note={`${model.name}, ${model.labels.length} labels`}>
      <Predictions predictions={predictions} />
    </Panel>
  );
}
