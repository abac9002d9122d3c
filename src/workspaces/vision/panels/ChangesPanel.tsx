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
import { stackOf } from '../changes-actions.ts';
import { useSession, useVision } from '../use-vision.ts';
import { ChangesList } from './ChangesList.tsx';
import { ReplacementControls } from './ReplacementControls.tsx';

/** What is done to the selected head and its layer, and the list of all that was done. */
export function ChangesPanel() {
  const run = useVision((state) => state.main.run);
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
  const canUndo = useVision((state) => state.changes.past.length > 0);
  const canRedo = useVision((state) => state.changes.future.length > 0);
  const isChanged = useVision((state) => !isUnchanged(state.changes.present));
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
  const model = useVision((state) => state.model);
  const { layer, head } = useVision((state) => state.main.view);
  const changes = useVision((state) => state.changes.present);
  if (!model) return null;
  const size = stackOf(model);
  const place = { stack: size.stack, layer, head };
  const scale = changeOfHead(changes, place)?.scale ?? 1;
  const layerIsOn = isLayerOn(changes, size, layer);
  return (
    <HeadControls
      name={`Layer ${layer + 1}, head ${head + 1}`}
      scale={scale}
      onScale={(value) =>
        session.changes.edit(
          (present) => withHead(present, place, { scale: value }),
          `scale ${layer} ${head}`,
        )
      }
      layer={{
        index: layer,
        isOn: layerIsOn,
        onToggle: () =>
          session.changes.edit((present) => withLayer(present, size, layer, !layerIsOn)),
        onOnlyHead: () => session.changes.edit((present) => withOnlyHead(present, size, place)),
      }}
    >
      <ReplacementControls place={place} />
    </HeadControls>
  );
}
