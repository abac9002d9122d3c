import { useCallback } from 'react';
import {
  changeOfHead,
  isLayerOn,
  isUnchanged,
  withHead,
  withLayer,
  withOnlyHead,
} from '../../../engine/attention-changes.ts';
import { formatValue } from '../../../math/format-number.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { HistoryTools } from '../../../views/history/HistoryTools.tsx';
import { useHistoryKeys } from '../../../views/history/use-history-keys.ts';
import { Panel } from '../../../views/panel/Panel.tsx';
import { useSession, useTranslation } from '../use-translation.ts';
import { stackTitles } from '../words.ts';
import { ChangesList } from './ChangesList.tsx';
import styles from './ChangesPanel.module.css';
import { ReplacementControls } from './ReplacementControls.tsx';

/** What is done to the selected head and its layer, and the list of all that was done. */
export function ChangesPanel() {
  const run = useTranslation((state) => state.main.run);
  if (!run) return null;
  return (
    <Panel title="Change the attention" tools={<History />}>
      <SelectedHead />
      <ChangesList />
    </Panel>
  );
}

function History() {
  const session = useSession();
  const canUndo = useTranslation((state) => state.changes.past.length > 0);
  const canRedo = useTranslation((state) => state.changes.future.length > 0);
  const isChanged = useTranslation((state) => !isUnchanged(state.changes.present));
  const undo = useCallback(() => session.changes.undo(), [session]);
  const redo = useCallback(() => session.changes.redo(), [session]);
  useHistoryKeys(undo, redo);
  return (
    <HistoryTools
      canUndo={canUndo}
      canRedo={canRedo}
      isChanged={isChanged}
      onUndo={undo}
      onRedo={redo}
      onReset={() => session.changes.reset()}
    />
  );
}

function scaleInWords(scale: number): string {
  if (scale === 0) return 'off';
  return scale === 1 ? 'as it is' : `× ${formatValue(scale)}`;
}

function SelectedHead() {
  const session = useSession();
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state.main.info);
  const { layer, head } = useTranslation((state) => state.main.heads[state.stack]);
  const changes = useTranslation((state) => state.changes.present);
  const own = info?.stacks[stack];
  if (!info || !own)
    return (
      <p className={styles.note}>
        {info?.name} is recurrent and has no {stackTitles[stack].toLowerCase()}: its cross-attention
        can be changed.
      </p>
    );
  const size = { stack, ...own };
  const place = { stack, layer, head };
  const scale = changeOfHead(changes, place)?.scale ?? 1;
  const layerIsOn = isLayerOn(changes, size, layer);
  return (
    <section aria-label="Selected head" className={styles.head}>
      <p className={styles.name}>
        {stackTitles[stack]}, layer {layer + 1}, head {head + 1}
      </p>
      <Slider
        label="Output"
        min={0}
        max={2}
        step={0.05}
        value={scale}
        format={scaleInWords}
        onChange={(value) =>
          session.changes.edit(
            (present) => withHead(present, place, { scale: value }),
            `scale ${stack} ${layer} ${head}`,
          )
        }
      />
      <ReplacementControls place={place} />
      {own.headCount > 1 && (
        <div className={styles.buttons}>
          <Button
            onClick={() =>
              session.changes.edit((present) => withLayer(present, size, layer, !layerIsOn))
            }
          >
            Switch layer {layer + 1} {layerIsOn ? 'off' : 'on'}
          </Button>
          <Button
            onClick={() => session.changes.edit((present) => withOnlyHead(present, size, place))}
          >
            Only this head on
          </Button>
        </div>
      )}
    </section>
  );
}
