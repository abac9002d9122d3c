import { Select } from '../../../views/controls/Select.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { embeddedModels, findModel } from '../models.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { Samples } from './Samples.tsx';
import { SourceTokens } from './Tokens.tsx';
import styles from './TextPanel.module.css';

/** The text that goes in, as typed and as the model reads it. */
export function SourcePanel() {
  const session = useSession();
  const text = useTranslation((state) => state.text);
  const modelId = useTranslation((state) => state.main.modelId);
  const model = findModel(modelId);
  const shown = useShown('main');
  return (
    <Panel
      title={model?.from ?? 'Source'}
      note={shown ? `${shown.source.ids.length} tokens` : undefined}
      tools={
        <Select
          label="Model"
          value={modelId}
          choices={embeddedModels.map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(id) => session.setModel(id)}
        />
      }
    >
      <textarea
        aria-label="Source text"
        className={styles.text}
        rows={2}
        dir="auto"
        spellCheck={false}
        value={text}
        onChange={(event) => session.setText(event.currentTarget.value)}
      />
      <SourceTokens />
      <Samples />
    </Panel>
  );
}
