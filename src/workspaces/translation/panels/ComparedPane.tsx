import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { modelsBeside } from '../models.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { nameHead } from '../words.ts';
import { AttentionFigure } from './AttentionFigure.tsx';
import styles from './AttentionPanel.module.css';

/** Another model, or another head, on the same sentence. */
export function ComparedPane() {
  const session = useSession();
  const model = useTranslation((state) => state.compare?.model ?? null);
  const opened = useTranslation((state) => state.opened);
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state.compare?.info ?? null);
  const choice = useTranslation((state) => state.compare?.heads[state.stack] ?? null);
  const target = useShown('compare')?.target.text;
  if (model === null || !choice) return null;
  const size = info?.stacks[stack];
  const layerCount = size?.layerCount ?? 1;
  const headCount = size?.headCount ?? 1;
  return (
    <div className={styles.pane}>
      <div className={styles.row}>
        <Select
          label="Compared model"
          value={model.id}
          choices={modelsBeside(model, opened).map(({ id, title }) => ({
            value: id,
            label: title,
          }))}
          onChange={(id) => void session.models.setModel(id, 'compare')}
        />
        {info && size && <span className={styles.title}>{nameHead(info, stack, choice)}</span>}
      </div>
      <p className={styles.target} dir="auto">
        {target}
      </p>
      <AttentionFigure side="compare" />
      <Slider
        label="Compared layer"
        compact
        value={choice.layer + 1}
        min={1}
        max={layerCount}
        disabled={layerCount === 1}
        onChange={(value) =>
          session.view.setHead({ layer: value - 1, isMean: choice.isMean }, 'compare')
        }
      />
      <Slider
        label="Compared head"
        compact
        value={choice.head + 1}
        min={1}
        max={headCount}
        disabled={headCount === 1}
        onChange={(value) => session.view.setHead({ head: value - 1 }, 'compare')}
      />
    </div>
  );
}
