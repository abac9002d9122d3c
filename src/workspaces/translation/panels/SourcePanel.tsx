import { withTokens } from '../../../engine/attention-changes.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { allModels } from '../models.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { Samples } from './Samples.tsx';
import { SourceTokens } from './Tokens.tsx';
import styles from './TextPanel.module.css';

/** The text that goes in, as typed and as the model reads it. */
export function SourcePanel() {
  const session = useSession();
  const text = useTranslation((state) => state.text);
  const model = useTranslation((state) => state.main.model);
  const opened = useTranslation((state) => state.opened);
  const shown = useShown('main');
  return (
    <Panel
      title={model.from ?? 'Source'}
      note={shown ? `${shown.source.ids.length} tokens` : undefined}
      tools={
        <Select
          label="Model"
          value={model.id}
          choices={allModels(opened).map(({ id, title }) => ({ value: id, label: title }))}
          onChange={(id) => void session.models.setModel(id)}
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
        onChange={(event) => session.text.setText(event.currentTarget.value)}
      />
      <SourceTokens />
      <Hiding />
      <Samples />
    </Panel>
  );
}

/** What a click on a token does. */
function Hiding() {
  const session = useSession();
  const isHiding = useTranslation((state) => state.isHiding);
  const hidden = useTranslation((state) => state.changes.present.hiddenTokens);
  const isShown = useShown('main') !== null;
  if (!isShown) return null;
  return (
    <div className={styles.row}>
      <Switch
        label="Hide tokens"
        checked={isHiding}
        onChange={(checked) => session.view.setHiding(checked)}
      />
      <span className={styles.hint}>
        {isHiding
          ? 'Click a token, or press Enter on it: nothing looks at it any more.'
          : hidden.length > 0 &&
            `${hidden.length} ${hidden.length === 1 ? 'token is' : 'tokens are'} hidden.`}
      </span>
      {hidden.length > 0 && (
        <Button
          look="text"
          onClick={() => session.changes.edit((changes) => withTokens(changes, hidden, false))}
        >
          Show all
        </Button>
      )}
    </div>
  );
}
