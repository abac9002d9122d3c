/** The calls of the protocol that ask about a picture's run: maps, rows, statistics, measurements. */
import type { Calls, LensRequest, RunId } from '../engine/protocol.ts';
import { extentOf } from '../math/scales.ts';
import type { BackendSupervisor } from './backend/supervisor.ts';
import type { CallContext } from './call-context.ts';
import { fail } from './failure.ts';
import { readHeadStatistics } from './lenses/head-statistics.ts';
import { readQuery } from './lenses/query-rows.ts';
import { findLens } from './lenses/registry.ts';
import { measureFaithfulness } from './measure/faithfulness.ts';
import { measureHeadImportance } from './measure/head-importance.ts';
import { nextTurn } from './next-turn.ts';
import { Overtaking } from './overtaking.ts';
import { readFloats } from './read-back.ts';
import type { TraceStore } from './trace-store.ts';
import type { VisionTrace } from './trace.ts';

type Args<C extends keyof Calls> = Calls[C]['args'];
type Result<C extends keyof Calls> = Promise<Calls[C]['result']>;

/** Reads from traces on the device, or asks their models more. It goes on beside runs. */
export class TraceQuestions {
  readonly #supervisor: BackendSupervisor;
  readonly #traces: TraceStore<VisionTrace>;
  readonly #overtaking = new Overtaking<'importance' | 'faithfulness'>();

  constructor(supervisor: BackendSupervisor, traces: TraceStore<VisionTrace>) {
    this.#supervisor = supervisor;
    this.#traces = traces;
  }

  readonly applyLens = (
    request: Args<'applyLens'>,
    { signal, onProgress }: CallContext,
  ): Result<'applyLens'> =>
    this.#read(request.run, signal, async (trace, signal) => {
      const map = await findLens(request.lens).apply(trace, request, { signal, onProgress });
      return { ...map, extent: extentOf(map.values) };
    });

  readonly readQuery = (
    { run, query, direction }: Args<'readQuery'>,
    { signal }: CallContext,
  ): Result<'readQuery'> =>
    this.#read(run, signal, (trace, signal) =>
      readQuery(trace, query, direction, () => letIn(signal)),
    );

  readonly readLayer = (
    { run, stack, layer }: Args<'readLayer'>,
    { signal }: CallContext,
  ): Result<'readLayer'> =>
    this.#read(run, signal, (trace) =>
      stack === 'self'
        ? trace.openAttention(layer, readFloats)
        : fail('bad-request', `This run has no stack ${stack}.`),
    );

  readonly headStatistics = (
    { run }: Args<'headStatistics'>,
    { signal }: CallContext,
  ): Result<'headStatistics'> =>
    this.#read(run, signal, (trace, signal) => readHeadStatistics(trace, () => letIn(signal)));

  readonly headImportance = (
    { run, target }: Args<'headImportance'>,
    { signal, onProgress }: CallContext,
  ): Result<'headImportance'> =>
    this.#read(run, this.#overtaking.begin('importance', signal), (trace, signal) =>
      measureHeadImportance(trace, target, { signal, onProgress }),
    );

  readonly measureFaithfulness = (
    request: Args<'measureFaithfulness'>,
    { signal, onProgress }: CallContext,
  ): Result<'measureFaithfulness'> =>
    this.#read(request.run, this.#overtaking.begin('faithfulness', signal), (trace, signal) => {
      const context = { signal, onProgress };
      const apply = async (map: LensRequest) => findLens(map.lens).apply(trace, map, context);
      return measureFaithfulness(trace, request, apply, context);
    });

  #read<T>(
    run: RunId,
    signal: AbortSignal,
    read: (trace: VisionTrace, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return this.#supervisor.guard(signal, (signal) =>
      this.#traces.use(run, (trace) => read(trace, signal)),
    );
  }
}

/** Lets the page's messages in, and ends work that is no longer wanted. */
async function letIn(signal: AbortSignal): Promise<void> {
  await nextTurn();
  signal.throwIfAborted();
}
