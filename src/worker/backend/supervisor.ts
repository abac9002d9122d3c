import type { BackendInfo, BackendName, BackendRequest } from '../../engine/protocol.ts';
import { describeCause } from '../describe-cause.ts';
import { HeedFailure } from '../failure.ts';
import { failureOf, isCancelled } from '../failure-of.ts';
import type { RunningBackend } from './backend.ts';
import { startBackend, type BackendStarters } from './choose.ts';

export interface SupervisorOptions {
  readonly starters: BackendStarters;
  /** Milliseconds. */
  readonly now: () => number;
  /** Disposes of all that lies on a device that is about to go. */
  readonly release: () => void;
  /** Puts back on the new device what the next call will need. */
  readonly restore: () => Promise<void>;
  readonly onRecovered: (backend: BackendInfo, reason: string) => void;
}

/** A replacement that is lost within this time is given up for the next backend in order. */
const relapseMs = 60_000;

/** A lost device rejects what was read from it a moment before it says that it is lost. */
const lossGraceMs = 100;

interface Current {
  readonly backend: RunningBackend;
  readonly since: number;
  /** Whether it took the place of a lost one. */
  readonly isReplacement: boolean;
  /** Aborted with the failure when the device is lost. */
  readonly loss: AbortController;
}

/** Whether a wasm module stopped within itself, so that nothing in it is to be trusted. */
function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

/** Keeps a backend running: starts it, watches it, and replaces it when its device is lost. */
export class BackendSupervisor {
  readonly #options: SupervisorOptions;
  #request: BackendRequest = { forced: null, allowSoftwareAdapter: false };
  #current: Current | null = null;
  #recovery: Promise<void> = Promise.resolve();
  /** The start that is under way, one at a time; never rejects. */
  #starting: Promise<void> | null = null;
  /** Why there is no backend. */
  #failure: HeedFailure = new HeedFailure({
    code: 'bad-request',
    message: 'The engine has not been started.',
  });
  readonly #givenUp = new Set<BackendName>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** @throws HeedFailure if no backend runs */
  get info(): BackendInfo {
    return this.#running().backend.info;
  }

  /** The backend that runs, or null. */
  get runningName(): BackendName | null {
    return this.#current?.backend.info.name ?? null;
  }

  /**
   * Starts the backend that the request leads to, in place of a running one.
   * @throws HeedFailure `backend-unavailable`
   */
  start(request: BackendRequest): Promise<BackendInfo> {
    const start = this.#startAnew(request).finally(() => {
      this.#starting = null;
    });
    this.#starting = start.then(
      () => undefined,
      () => undefined,
    );
    return start;
  }

  async #startAnew(request: BackendRequest): Promise<BackendInfo> {
    await this.#recovered();
    this.#request = request;
    this.#givenUp.clear();
    const old = this.#current;
    if (old !== null) {
      this.#current = null;
      this.#options.release();
      old.backend.dispose();
    }
    try {
      return this.#adopt(await startBackend(request, this.#options.starters), false).backend.info;
    } catch (error) {
      this.#failure = new HeedFailure(failureOf(error));
      throw this.#failure;
    }
  }

  /**
   * Does work on the device.
   * @param work is given a signal that aborts with the caller's, and with the device's loss
   * @throws HeedFailure `device-lost` after another device has taken the lost one's place, the
   * error that the device reported, and what `work` throws
   */
  async guard<T>(signal: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    if (this.#starting !== null) await this.#starting;
    await this.#recovered();
    const current = this.#running();
    const { backend, loss } = current;
    signal.throwIfAborted();
    backend.takeDeviceError();
    try {
      const result = await endedBy(loss.signal, work(AbortSignal.any([signal, loss.signal])));
      const error = backend.takeDeviceError();
      if (error !== null) throw error;
      return result;
    } catch (error) {
      signal.throwIfAborted();
      if (isTrap(error)) this.#lose(current, describeCause(error));
      else if (!(error instanceof HeedFailure))
        await Promise.race([backend.lost, delay(lossGraceMs)]);
      if (loss.signal.aborted) {
        await this.#recovered();
        throw failureOf(error).code === 'out-of-memory' ? error : loss.signal.reason;
      }
      // WebGPU, too, calls what it gives up aborted; nobody cancelled this.
      throw isCancelled(error) ? new Error('The device gave up.', { cause: error }) : error;
    }
  }

  #running(): Current {
    if (this.#current === null) throw this.#failure;
    return this.#current;
  }

  #adopt(backend: RunningBackend, isReplacement: boolean): Current {
    const loss = new AbortController();
    const current = { backend, isReplacement, since: this.#options.now(), loss };
    this.#current = current;
    void backend.lost.then((reason) => this.#lose(current, reason));
    return current;
  }

  /** Settles when no recovery is under way. A new device may be lost while it is made ready. */
  async #recovered(): Promise<void> {
    for (;;) {
      const recovery = this.#recovery;
      await recovery;
      if (recovery === this.#recovery) return;
    }
  }

  #lose(lost: Current, reason: string): void {
    // It was replaced on purpose, or its loss is known.
    if (this.#current !== lost) return;
    this.#current = null;
    lost.loss.abort(
      new HeedFailure({
        code: 'device-lost',
        message: 'The graphics device was lost and has been replaced. Please run it again.',
        detail: reason,
      }),
    );
    const { name } = lost.backend.info;
    const lifeMs = this.#options.now() - lost.since;
    if (lost.isReplacement && lifeMs < relapseMs) this.#givenUp.add(name);
    this.#recovery = this.#recover(lost.backend, reason);
  }

  /** Never rejects: what goes wrong is told to the calls that follow. */
  async #recover(lost: RunningBackend, reason: string): Promise<void> {
    attempt(this.#options.release);
    attempt(lost.dispose);
    let current: Current;
    try {
      current = this.#adopt(await this.#startReplacement(lost.info.name), true);
    } catch (error) {
      this.#failure = new HeedFailure(failureOf(error));
      return;
    }
    try {
      await endedBy(current.loss.signal, this.#options.restore());
      this.#options.onRecovered(current.backend.info, reason);
    } catch (error) {
      // The new device is lost, too: a recovery of its own has begun.
      if (current.loss.signal.aborted) return;
      // The backend stands without a model, which the page can load again.
      const { message } = failureOf(error);
      this.#options.onRecovered(current.backend.info, `${reason} (${message})`);
    }
  }

  /** The same backend once more; when that does not start, the next in order, forced or not. */
  async #startReplacement(name: BackendName): Promise<RunningBackend> {
    const { starters } = this.#options;
    try {
      return await startBackend(this.#request, starters, [...this.#givenUp]);
    } catch {
      this.#givenUp.add(name);
      return startBackend(this.#request, starters, [...this.#givenUp]);
    }
  }
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Cleaning up a lost device may fail in any way; nothing of it is used again. */
function attempt(work: () => void): void {
  try {
    work();
  } catch (error) {
    console.warn('The lost device could not be cleaned up:', error);
  }
}

/** The work's result, or the signal's reason as soon as it is aborted. */
async function endedBy<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const settled = new AbortController();
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { signal: settled.signal });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    settled.abort();
  }
}
