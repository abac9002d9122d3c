import { changeOfHead, withHeadToggled } from '../../../engine/attention-changes.ts';
import { HeadToggle } from '../../../views/head-grid/HeadToggle.tsx';
import { useSession, useTranslation } from '../use-translation.ts';

interface Props {
  readonly layer: number;
  readonly head: number;
  readonly isTabStop: boolean;
}

/** A head's toggle in its cell. It reads its own head alone, so that one toggle draws one toggle. */
export function HeadSwitch({ layer, head, isTabStop }: Props) {
  const session = useSession();
  const stack = useTranslation((state) => state.stack);
  const place = { stack, layer, head };
  const change = useTranslation((state) => changeOfHead(state.changes.present, place));
  return (
    <HeadToggle
      layer={layer}
      head={head}
      isOn={change?.scale !== 0}
      isChanged={change !== null && change.scale !== 0}
      isTabStop={isTabStop}
      onToggle={() => session.changes.edit((changes) => withHeadToggled(changes, place))}
    />
  );
}
