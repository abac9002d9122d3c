import { useState } from 'react';
import { useStore } from 'zustand';
import type { Engine } from '../../engine/client.ts';
import { backendTitles, engineFigures, millisecondsInWords } from '../../engine/engine-figures.ts';
import type { Diagnostics } from '../../engine/protocol.ts';
import { countInWords } from '../../math/format-size.ts';
import { Chip } from '../../views/chip/Chip.tsx';
import { FiguresChip } from '../../views/chip/FiguresChip.tsx';
import type { VisionSession } from './session.ts';

interface Props {
  readonly session: VisionSession;
  readonly engine: Engine;
}

/** The model's chip and the backend's, which opens the figures behind it. */
export function VisionHeader({ session, engine }: Props) {
  const model = useStore(session.store, (state) => state.model);
  const backend = useStore(session.store, (state) => state.backend);
  const runTimes = useStore(session.store, (state) => state.runTimes);
  const [diagnostics, setDiagnostics] = useState<Diagnostics | null>(null);
  if (!model || !backend) return null;
  return (
    <>
      <Chip>
        <b>{model.name}</b> {countInWords(model.parameterCount)} · {model.layerCount} layers ×{' '}
        {model.headCount} heads
      </Chip>
      <FiguresChip
        name={backendTitles[backend.name]}
        detail={backend.detail}
        time={runTimes.length > 0 ? millisecondsInWords(runTimes.at(-1)) : null}
        isWarning={backend.softwareAdapter}
        figures={engineFigures({ backend, model, runTimes, diagnostics })}
        onOpen={() => {
          engine.call('diagnostics', null).then(setDiagnostics, () => setDiagnostics(null));
        }}
      />
    </>
  );
}
