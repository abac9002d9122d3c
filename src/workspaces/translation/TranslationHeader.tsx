import { useState } from 'react';
import { useStore } from 'zustand';
import type { Engine } from '../../engine/client.ts';
import { backendTitles, engineFigures } from '../../engine/engine-figures.ts';
import type { Diagnostics } from '../../engine/protocol.ts';
import type { TranslationModelInfo } from '../../engine/translation-protocol.ts';
import { countInWords } from '../../math/format-size.ts';
import { Chip } from '../../views/chip/Chip.tsx';
import { FiguresChip } from '../../views/chip/FiguresChip.tsx';
import type { TranslationSession } from './session.ts';

interface Props {
  readonly session: TranslationSession;
  readonly engine: Engine;
}

function shapeInWords({ stacks }: TranslationModelInfo): string {
  const { encoder, cross } = stacks;
  if (!cross) return '';
  const layers = encoder ? `${encoder.layerCount} + ${cross.layerCount}` : String(cross.layerCount);
  const heads = cross.headCount === 1 ? 'head' : 'heads';
  return ` · ${layers} ${layers === '1' ? 'layer' : 'layers'} × ${cross.headCount} ${heads}`;
}

/** The model's chip and the backend's, which opens the figures behind it. */
export function TranslationHeader({ session, engine }: Props) {
  const model = useStore(session.store, (state) => state.main.info);
  const backend = useStore(session.store, (state) => state.backend);
  const runTimes = useStore(session.store, (state) => state.runTimes);
  const speed = useStore(session.store, (state) => state.tokensPerSecond);
  const [diagnostics, setDiagnostics] = useState<Diagnostics | null>(null);
  if (!model || !backend) return null;
  return (
    <>
      <Chip>
        <b>{model.name}</b> {countInWords(model.parameterCount)}
        {shapeInWords(model)}
      </Chip>
      <FiguresChip
        name={backendTitles[backend.name]}
        detail={backend.detail}
        time={speed === null ? null : `${speed.toFixed(0)} tokens/s`}
        isWarning={backend.softwareAdapter}
        figures={engineFigures({ backend, model, runTimes, diagnostics })}
        onOpen={() => {
          engine.call('diagnostics', null).then(setDiagnostics, () => setDiagnostics(null));
        }}
      />
    </>
  );
}
