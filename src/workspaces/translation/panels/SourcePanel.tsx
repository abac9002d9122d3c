import { Panel } from '../../../views/panel/Panel.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { findModel } from '../models.ts';
import { samplesFor } from '../samples.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { SourceTokens } from './Tokens.tsx';
import styles from './TextPanel.module.css';

const ownText = 'own';

/** The text that goes in, as typed and as the model reads it. */
export function SourcePanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const text = useTranslation((state) => state.text);
  const model = findModel(useTranslation((state) => state.main.modelId));
  const shown = useShown('main');
  const samples = model ? samplesFor(model) : [];
  const sample = samples.find((candidate) => candidate.text === text);
  return (
    <Panel
      title={model?.from ?? 'Source'}
      note={shown ? `${shown.source.ids.length} tokens` : undefined}
      className={className}
      tools={
        <Select
          label="Samples"
          value={sample?.id ?? ownText}
          choices={[
            ...samples.map(({ id, title }) => ({ value: id, label: title })),
            { value: ownText, label: 'Your own text', disabled: true },
          ]}
          onChange={(id) => {
            const chosen = samples.find((candidate) => candidate.id === id);
            if (chosen) session.setSample(chosen.text);
          }}
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
    </Panel>
  );
}
