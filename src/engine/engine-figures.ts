import { bytesInWords } from '../math/format-size.ts';
import type { Precision } from './model-protocol.ts';
import type { BackendInfo, BackendName, Diagnostics } from './protocol.ts';

/** What a person calls a backend. */
export const backendTitles: Record<BackendName, string> = {
  webgpu: 'WebGPU',
  wasm: 'WASM',
  cpu: 'CPU',
};

/** How weights are kept that are not as the files have them. */
const precisionWords: Record<Precision, string> = {
  float32: '',
  float16: ', kept in half precision',
  int8: ', kept in 8 bits',
};

/** How many run times are kept for the figures. */
const keptRunTimes = 200;

/** The run times with one more, and without those that are too old. */
export function withRunTime(times: readonly number[], runMs: number): number[] {
  return [...times, runMs].slice(-keptRunTimes);
}

/** The value below which a share of the times lies (nearest rank), in milliseconds. */
function percentile(times: readonly number[], share: number): number | null {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? null;
}

/** A time as the header shows it; a dash where there is none. */
export function millisecondsInWords(time: number | null | undefined): string {
  return time === null || time === undefined ? '–' : `${time.toFixed(time < 10 ? 1 : 0)} ms`;
}

export interface FiguresOptions {
  readonly backend: BackendInfo;
  /** Times in milliseconds. */
  readonly model: {
    readonly loadMs: number;
    /** 0 where the first run warmed it up. */
    readonly warmUpMs: number;
    readonly cached: boolean;
    readonly bytes: number;
    readonly precision: Precision;
  };
  /** Milliseconds, newest last. */
  readonly runTimes: readonly number[];
  /** Null until the engine has answered. */
  readonly diagnostics: Diagnostics | null;
}

/** The figures behind the header's chip, by name. */
export function engineFigures({
  backend,
  model,
  runTimes,
  diagnostics,
}: FiguresOptions): (readonly [name: string, value: string])[] {
  const loaded = millisecondsInWords(model.loadMs);
  return [
    ['Backend', `${backendTitles[backend.name]}, ${backend.detail}`],
    ['Model loaded in', `${loaded}${model.cached ? ', from the cache' : ''}`],
    ['Weights', `${bytesInWords(model.bytes)}${precisionWords[model.precision]}`],
    ['Warm-up', model.warmUpMs === 0 ? 'with the first run' : millisecondsInWords(model.warmUpMs)],
    ['Runs', String(runTimes.length)],
    ['Run, p50', millisecondsInWords(percentile(runTimes, 0.5))],
    ['Run, p95', millisecondsInWords(percentile(runTimes, 0.95))],
    [
      'Tensors',
      diagnostics ? `${diagnostics.tensorCount} (${bytesInWords(diagnostics.tensorBytes)})` : '…',
    ],
  ];
}
