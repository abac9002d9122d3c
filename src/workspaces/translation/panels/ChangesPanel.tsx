import {
  changeOfHead,
  isLayerOn,
  isUnchanged,
  withHead,
  withLayer,
  withOnlyHead,
} from '../../../engine/attention-changes.ts';
import { HeadControls } from '../../../views/attention-changes/HeadControls.tsx';
import { HistoryTools } from '../../../views/history/HistoryTools.tsx';
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
  const { changes } = useSession();
  const canUndo = useTranslation((state) => state.changes.past.length > 0);
  const canRedo = useTranslation((state) => state.changes.future.length > 0);
  const isChanged = useTranslation((state) => !isUnchanged(state.changes.present));
  return (
    <HistoryTools
      canUndo={canUndo}
      canRedo={canRedo}
      isChanged={isChanged}
      onUndo={() => changes.undo()}
      onRedo={() => changes.redo()}
      onReset={() => changes.reset()}
    />
  );
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
    <HeadControls
      name={`${stackTitles[stack]}, layer ${layer + 1}, head ${head + 1}`}
      scale={scale}
      onScale={(value) =>
        session.changes.edit(
          (present) => withHead(present, place, { scale: value }),
          `scale ${stack} ${layer} ${head}`,
        )
      }
      layer={
        own.headCount === 1
          ? null
          : {
              index: layer,
              isOn: layerIsOn,
              onToggle: () =>
                session.changes.edit((present) => withLayer(present, size, layer, !layerIsOn)),
              onOnlyHead: () =>
                session.changes.edit((present) => withOnlyHead(present, size, place)),
            }
      }
    >
      <ReplacementControls place={place} />
    </HeadControls>
  );
}
