/** The page's side of the engine: promises, progress, cancelling, and a worker that may crash. */
import { CancelledError, EngineError } from './errors.ts';
import type {
  Call,
  Calls,
  Done,
  EngineEvent,
  EngineFailure,
  Progress,
  Reply,
  Request,
} from './protocol.ts';
import type { TranslationNews } from './translation-protocol.ts';

/** The part of a `Worker` that is used, so that tests can stand in for it. */
export interface WorkerLike {
  postMessage: (message: Request, transfer: Transferable[]) => void;
  terminate: () => void;
  addEventListener: (
    type: 'message' | 'messageerror' | 'error',
    listener: (event: Event) => void,
  ) => void;
}

export interface CallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  /** What a translation says while it is under way. */
  readonly onNews?: (news: TranslationNews) => void;
  /** What moves to the worker with the arguments, and is gone here. */
  readonly transfer?: Transferable[];
}

export interface Engine {
  /**
   * Calls the worker. The promise ends exactly once.
   * @throws EngineError for a failure, CancelledError when aborted or overtaken by a newer run
   */
  readonly call: <C extends Call>(
    name: C,
    args: Calls[C]['args'],
    options?: CallOptions,
  ) => Promise<Calls[C]['result']>;
  /** Ends the worker for good. Pending calls are cancelled, later ones fail. */
  readonly dispose: () => void;
}

export interface EngineOptions {
  readonly createWorker: () => WorkerLike;
  readonly onEvent: (event: EngineEvent) => void;
  /** Milliseconds, for counting crashes. */
  readonly now?: () => number;
}

/** So many crashes within so many milliseconds end the engine. */
const crashLimit = 3;
const crashWindowMs = 60_000;

interface Pending {
  readonly finish: (done: Done) => void;
  readonly fail: (error: Error) => void;
  readonly onProgress: (progress: Progress) => void;
  readonly onNews: (news: TranslationNews) => void;
}

/** What a new worker is told again, in this order, when the last one had done it. */
const replayedCalls: readonly Call[] = ['start', 'setAccessToken', 'loadVisionModel'];

function isReply(data: unknown): data is Reply {
  return typeof data === 'object' && data !== null && 'kind' in data;
}

function isReplyTo<C extends Call>(
  done: Done,
  name: C,
): done is Done & { value: Calls[C]['result'] } {
  return done.call === name;
}

/** Ties the arguments to their call again, which a union of requests cannot show for a generic. */
function requestFor<C extends Call>(id: number, call: C, args: Calls[C]['args']): Request {
  return { id, call, args } as Request;
}

function reasonOf(event: Event): string {
  return 'message' in event && typeof event.message === 'string' && event.message !== ''
    ? event.message
    : 'The engine could not be loaded, or stopped without a word.';
}

function internal(detail: string): EngineFailure {
  return { code: 'internal', message: 'The engine and the page disagree.', detail };
}

const disposedFailure: EngineFailure = { code: 'crashed', message: 'The engine has ended.' };

class WorkerEngine implements Engine {
  readonly #options: EngineOptions;
  readonly #now: () => number;
  readonly #pending = new Map<number, Pending>();
  /** Calls that wait until a new worker has been told all that the last one knew. */
  #waiting: (() => void)[] | null = null;
  /** What a new worker is told: the last of its kind, of access tokens that of each Hub. */
  readonly #done = new Map<string, Request>();
  #worker: WorkerLike | null = null;
  #crashTimes: number[] = [];
  #lastId = 0;
  /** Why nothing works any more. */
  #ended: EngineFailure | null = null;

  constructor(options: EngineOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => performance.now());
    this.#startWorker();
  }

  readonly call: Engine['call'] = (name, args, options = {}) => {
    const request = requestFor(++this.#lastId, name, args);
    const ended = this.#ended;
    if (ended !== null) return Promise.reject(new EngineError(ended));
    const promise = this.#expect(request.id, name, options, () => this.#remember(name, request));
    if (this.#waiting === null) this.#send(request, options.transfer ?? []);
    else this.#waiting.push(() => this.#send(request, options.transfer ?? []));
    return promise;
  };

  readonly dispose = (): void => {
    this.#stopWorker();
    this.#ended = disposedFailure;
    this.#failAll(() => new CancelledError());
  };

  /** A promise that ends with the reply, or with the abort signal. */
  #expect<C extends Call>(
    id: number,
    name: C,
    { signal, onProgress = () => {}, onNews = () => {} }: CallOptions,
    onDone = () => {},
  ): Promise<Calls[C]['result']> {
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        this.#pending.get(id)?.fail(new CancelledError());
        if (this.#waiting === null) this.#post({ id, call: 'cancel' }, []);
      };
      const end = (): void => {
        this.#pending.delete(id);
        signal?.removeEventListener('abort', onAbort);
      };
      this.#pending.set(id, {
        finish: (done) => {
          end();
          if (isReplyTo(done, name)) {
            onDone();
            resolve(done.value);
          } else reject(new EngineError(internal(`${done.call} answered ${name}`)));
        },
        fail: (error) => {
          end();
          reject(error);
        },
        onProgress,
        onNews,
      });
      if (signal?.aborted === true) this.#pending.get(id)?.fail(new CancelledError());
      else signal?.addEventListener('abort', onAbort);
    });
  }

  /** A backend that starts anew holds no model, so what was done before it is forgotten. */
  #remember(name: Call, request: Request): void {
    if (!replayedCalls.includes(name)) return;
    if (name === 'start') this.#done.delete('loadVisionModel');
    this.#done.set(request.call === 'setAccessToken' ? request.args.hub : name, request);
  }

  /** Sends what is still wanted. */
  #send(request: Request, transfer: Transferable[]): void {
    if (!this.#pending.has(request.id)) return;
    if (this.#worker === null) this.#startWorker();
    try {
      this.#post(request, transfer);
    } catch (error) {
      this.#pending
        .get(request.id)
        ?.fail(new EngineError({ ...internal(String(error)), code: 'bad-request' }));
    }
  }

  #post(request: Request, transfer: Transferable[]): void {
    this.#worker?.postMessage(request, transfer);
  }

  #startWorker(): void {
    try {
      const worker = this.#options.createWorker();
      // What a worker says after it was given up does not count.
      const listen = (type: 'message' | 'messageerror' | 'error', hear: (event: Event) => void) =>
        worker.addEventListener(type, (event) => {
          if (this.#worker === worker) hear(event);
        });
      listen('message', (event) => this.#receive(event));
      listen('error', (event) => this.#crash(reasonOf(event)));
      listen('messageerror', () => this.#crash('A message of the engine could not be read.'));
      this.#worker = worker;
    } catch (error) {
      this.#crash(String(error));
    }
  }

  #stopWorker(): void {
    this.#worker?.terminate();
    this.#worker = null;
  }

  #receive(event: Event): void {
    const data: unknown = event instanceof MessageEvent ? event.data : null;
    if (!isReply(data)) return;
    if (data.kind === 'event') {
      this.#options.onEvent(data.event);
      return;
    }
    // A reply to a call that has ended comes too late and is dropped.
    const pending = this.#pending.get(data.id);
    switch (data.kind) {
      case 'done':
        return pending?.finish(data);
      case 'failed':
        return pending?.fail(new EngineError(data.failure));
      case 'cancelled':
        return pending?.fail(new CancelledError());
      case 'progress':
        return pending?.onProgress(data.progress);
      case 'news':
        return pending?.onNews(data.news);
      default:
        return data satisfies never;
    }
  }

  #failAll(errorOf: () => Error): void {
    for (const { fail } of this.#pending.values()) fail(errorOf());
  }

  #crash(reason: string): void {
    this.#stopWorker();
    const now = this.#now();
    this.#crashTimes = [...this.#crashTimes.filter((time) => now - time < crashWindowMs), now];
    const givesUp = this.#crashTimes.length >= crashLimit;
    const failure: EngineFailure = {
      code: 'crashed',
      message: givesUp
        ? 'The engine keeps crashing. Reload the page to try again.'
        : 'The engine crashed and was started again.',
      detail: reason,
    };
    if (givesUp) this.#ended = failure;
    this.#failAll(() => new EngineError(failure));
    this.#waiting = null;
    if (!givesUp && this.#done.size > 0) void this.#restart(reason);
  }

  /** Starts a new worker and tells it all that the last one knew; then the event goes out. */
  async #restart(reason: string): Promise<void> {
    const waiting: (() => void)[] = [];
    this.#waiting = waiting;
    const outcome = await this.#replay();
    // Another crash came in between: its own restart goes on.
    if (this.#waiting !== waiting) return;
    this.#waiting = null;
    this.#options.onEvent({
      type: 'restarted',
      reason: outcome === null ? reason : `${reason} (${outcome.message})`,
    });
    for (const send of waiting) send();
  }

  /** The failure that ended the replay, or null. */
  async #replay(): Promise<EngineFailure | null> {
    try {
      const done = [...this.#done.values()];
      for (const name of replayedCalls) {
        for (const last of done.filter(({ call }) => call === name)) {
          const request = { ...last, id: ++this.#lastId };
          const promise = this.#expect(request.id, name, {});
          this.#send(request, []);
          await promise;
        }
      }
      return null;
    } catch (error) {
      return error instanceof EngineError ? error.failure : internal(String(error));
    }
  }
}

/**
 * Starts the engine's worker. A crash rejects all pending calls with the code `crashed`; the worker
 * is started again, told what the last one knew, and the event `restarted` goes out once. Three
 * crashes within a minute end the engine.
 */
export function createEngine(options: EngineOptions): Engine {
  return new WorkerEngine(options);
}
