import { type KeyboardEvent, useState } from 'react';
import { useStore } from 'zustand';
import type { Engine } from '../../engine/client.ts';
import type { BackendInfo, Diagnostics, VisionModelInfo } from '../../engine/protocol.ts';
import { backendTitles, type VisionSession } from './session.ts';
import styles from './VisionHeader.module.css';
import { bytesInWords, countInWords } from './words.ts';

interface Props {
  readonly session: VisionSession;
  readonly engine: Engine;
}

/** The value below which a share of the times lies (nearest rank), in milliseconds. */
function percentile(times: readonly number[], share: number): number | null {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

function milliseconds(time: number | null | undefined): string {
  return time === null || time === undefined ? '–' : `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}

/** The model's chip and the backend's, which opens the figures behind it. */
export function VisionHeader({ session, engine }: Props) {
  const model = useStore(session.store, (state) => state.model);
  const backend = useStore(session.store, (state) => state.backend);
  const runTimes = useStore(session.store, (state) => state.runTimes);
  if (!model || !backend) return null;
  return (
    <>
      <span className={`${styles.chip} ${styles.optional}`}>
        <b>{model.name}</b> {countInWords(model.parameterCount)} · {model.layerCount} layers ×{' '}
        {model.headCount} heads
      </span>
      <BackendChip model={model} backend={backend} runTimes={runTimes} engine={engine} />
    </>
  );
}

interface BackendChipProps {
  readonly model: VisionModelInfo;
  readonly backend: BackendInfo;
  readonly runTimes: readonly number[];
  readonly engine: Engine;
}

function BackendChip({ model, backend, runTimes, engine }: BackendChipProps) {
  const [diagnostics, setDiagnostics] = useState<Diagnostics | null>(null);
  const [open, setOpen] = useState(false);
  const toggle = (): void => {
    setOpen(!open);
    if (open) return;
    engine.call('diagnostics', null).then(setDiagnostics, () => setDiagnostics(null));
  };
  const closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !open) return;
    event.preventDefault();
    setOpen(false);
  };
  const rows: readonly (readonly [string, string])[] = [
    ['Backend', `${backendTitles[backend.name]}, ${backend.detail}`],
    ['Model loaded in', `${milliseconds(model.loadMs)}${model.cached ? ', from the cache' : ''}`],
    ['Weights', bytesInWords(model.bytes)],
    ['Warm-up', milliseconds(model.warmUpMs)],
    ['Runs', String(runTimes.length)],
    ['Run, p50', milliseconds(percentile(runTimes, 0.5))],
    ['Run, p95', milliseconds(percentile(runTimes, 0.95))],
    [
      'Tensors',
      diagnostics ? `${diagnostics.tensorCount} (${bytesInWords(diagnostics.tensorBytes)})` : '…',
    ],
  ];
  return (
    <div className={styles.anchor}>
      <button
        type="button"
        className={styles.chip}
        aria-expanded={open}
        onClick={toggle}
        onKeyDown={closeOnEscape}
      >
        <i className={backend.softwareAdapter ? styles.softwareDot : styles.dot} />
        <b>{backendTitles[backend.name]}</b>
        <span className={styles.optional}>{backend.detail}</span>
        {runTimes.length > 0 && (
          <span className={styles.time}>· {milliseconds(runTimes.at(-1))}</span>
        )}
      </button>
      {open && (
        <dl className={styles.figures} aria-label="Engine figures">
          {rows.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
