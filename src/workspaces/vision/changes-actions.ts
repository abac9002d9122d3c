import {
  isUnchanged,
  takesOtherRun,
  withComparedRun,
  type StackSize,
} from '../../engine/attention-changes.ts';
import { withRunTime } from '../../engine/engine-figures.ts';
import type { VisionRun } from '../../engine/protocol.ts';
import { noChanges, type AttentionChanges } from '../../engine/what-if-protocol.ts';
import { recorded, redone, undone, type History } from '../../math/history.ts';
import { nextPaint } from '../../views/canvas/next-paint.ts';
import type { MapReader } from './map-reader.ts';
import type { SessionCore } from './session-core.ts';

/** A ViT's only stack. */
export function stackOf({
  layerCount,
  headCount,
}: {
  readonly layerCount: number;
  readonly headCount: number;
}): StackSize {
  return { stack: 'self', layerCount, headCount };
}

/** The unchanged run, and the query that its rows are of. */
export interface BaseRun {
  readonly run: VisionRun;
  readonly query: number;
}

/** A run with the changes that it was made with, and the query that its rows are of. */
export interface ShownRun extends BaseRun {
  readonly changes: AttentionChanges;
}

/** What a person changes in the model's attention, and the runs that follow from it. */
export class ChangesActions {
  readonly #core: SessionCore;
  readonly #maps: MapReader;
  #isRunning = false;
  /** Whether the present changes have not been run. */
  #isBehind = false;
  /** How many runs of a new picture are under way; its end takes the changes up. */
  #pauseCount = 0;

  constructor(core: SessionCore, maps: MapReader) {
    this.#core = core;
    this.#maps = maps;
  }

  /**
   * One step that can be undone.
   * @param group joins the steps of one drag
   */
  edit(change: (changes: AttentionChanges) => AttentionChanges, group: string | null = null): void {
    const { changes } = this.#core.state;
    this.#take(recorded(changes, change(changes.present), group));
  }

  undo(): void {
    this.#take(undone(this.#core.state.changes));
  }

  redo(): void {
    this.#take(redone(this.#core.state.changes));
  }

  /** A step like any other: it can be undone. */
  reset(): void {
    this.edit((changes) => (isUnchanged(changes) ? changes : noChanges));
  }

  #take(changes: History<AttentionChanges>): void {
    if (changes === this.#core.state.changes) return;
    this.#core.set({ changes });
    void this.apply();
  }

  /** A picture is being run anew: the run that changes are made upon is about to go. */
  pause(): void {
    this.#pauseCount += 1;
    // What is cut off here is run again, unless the picture's own run takes it up.
    if (this.#isRunning) this.#isBehind = true;
    this.#core.work.abort('changes');
  }

  /** Runs what was changed while it was paused. */
  resume(): void {
    this.#pauseCount -= 1;
    if (this.#isBehind) void this.apply();
  }

  /**
   * Runs with the present changes and shows it. While a run is under way the newest changes wait for
   * its end, so that a drag shows what it does.
   */
  async apply(): Promise<void> {
    this.#isBehind = true;
    if (this.#isRunning) return;
    this.#isRunning = true;
    try {
      while (this.#isBehind && this.#pauseCount === 0)
        await this.#core.attempt('changes', (signal) => this.#applyOnce(signal));
    } finally {
      this.#isRunning = false;
    }
  }

  /** Heads that take the compared run's weights run again when it is another one. */
  followComparedRun(): void {
    if (takesOtherRun(this.#core.state.changes.present)) void this.apply();
  }

  async #applyOnce(signal: AbortSignal): Promise<void> {
    const { baseRun, baseQuery } = this.#core.state;
    // Without a run yet, its end takes the changes up.
    this.#isBehind = false;
    if (!baseRun) return;
    this.#core.set({ activity: { kind: 'running' }, notice: null });
    const shown = await this.runUpon({ run: baseRun, query: baseQuery }, signal);
    signal.throwIfAborted();
    this.show(shown);
    await this.#maps.refreshPane('main');
    await nextPaint();
    if (signal.aborted || this.#isBehind) return;
    this.#core.set({ activity: { kind: 'ready' } });
    void this.#maps.refreshHeadMatrix();
    void this.#maps.refreshStatistics();
  }

  /** The run with the present changes, or the unchanged run itself, without a pass, for none. */
  async runUpon(base: BaseRun, signal: AbortSignal): Promise<ShownRun> {
    const { query } = this.#core.state;
    this.#isBehind = false;
    const changes = this.#resolved();
    if (isUnchanged(changes)) return { ...base, changes: noChanges };
    const args = { run: base.run.run, changes, query };
    const run = await this.#core.engine.call('runChanged', args, { signal });
    signal.throwIfAborted();
    this.#core.set({ runTimes: withRunTime(this.#core.state.runTimes, run.runMs) });
    return { run, changes, query };
  }

  /** Draws a run in the main pane. Its maps are asked for next. */
  show({ run, changes, query: askedQuery }: ShownRun): void {
    const { direction, query } = this.#core.state;
    // The old map is not the new run's.
    this.#core.setPane('main', { run, matrix: null, matrixView: null });
    // The run brought the rows of the query that it was asked with; others are asked for.
    const hasRows = direction === 'row' && query === askedQuery;
    this.#core.set({
      activity: { kind: 'drawing' },
      alert: null,
      rows: hasRows ? run.rows : null,
      shownChanges: changes,
    });
    if (!hasRows) void this.#maps.refreshRows();
  }

  #resolved(): AttentionChanges {
    const { changes, compare } = this.#core.state;
    const other = compare?.picture && compare.run ? compare.run.run : null;
    if (other === null && takesOtherRun(changes.present))
      this.#core.set({
        notice: 'No other picture is compared: heads that take its weights keep their own for now.',
      });
    return withComparedRun(changes.present, other);
  }
}
