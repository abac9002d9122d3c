import { describeCause } from '../describe-cause.ts';
import { fail } from '../failure.ts';
import type { OnBytes } from './files.ts';

/** The part of `fetch` that is used, so that tests can answer. */
export type Fetch = (address: string, options: RequestInit) => Promise<Response>;

export interface Download {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What names this content among the address's contents, or null: ETag, else last change. */
  readonly version: string | null;
}

/** ETag without the mark of weakness, which differs between answers to GET and HEAD. */
export function versionOf(headers: Headers): string | null {
  return headers.get('etag')?.replace(/^W\//, '') ?? headers.get('last-modified');
}

function nameOf(address: string): string {
  return new URL(address).pathname.split('/').at(-1) ?? address;
}

/** The body's length in bytes, or null where none is told or the body is compressed on its way. */
function lengthOf(headers: Headers): number | null {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  const isPlain = (headers.get('content-encoding') ?? 'identity') === 'identity';
  return isPlain && Number.isSafeInteger(length) && length >= 0 ? length : null;
}

/** Sends a request. Aborting rejects with the signal's reason; all else is a failure as data. */
export async function request(
  fetch: Fetch,
  address: string,
  options: RequestInit,
): Promise<Response> {
  try {
    return await fetch(address, options);
  } catch (error) {
    options.signal?.throwIfAborted();
    return fail(
      'network',
      `${nameOf(address)} could not be loaded: ${new URL(address).host} did not answer. Are you offline?`,
      `${address}: ${describeCause(error)}`,
    );
  }
}

function checkAnswer(address: string, response: Response): void {
  const { status } = response;
  // A host for single-page applications answers every unknown address with its start page.
  const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
  if (status === 404 || status === 410 || (response.ok && isPage)) {
    fail('model-missing', `There is no ${nameOf(address)} at this address.`, address);
  }
  if (!response.ok) {
    fail(
      'network',
      `${nameOf(address)} could not be loaded: the server answered ${status}.`,
      `${address}: ${status} ${response.statusText}`,
    );
  }
}

/** Gathers chunks into one array: in place where the length is known. */
class ByteCollector {
  #bytes: Uint8Array<ArrayBuffer>;
  #length = 0;

  constructor(expected: number | null) {
    // A hostile length must not take memory before its bytes arrive.
    this.#bytes = new Uint8Array(Math.min(expected ?? 0, 64 * 1024 * 1024));
  }

  add(chunk: Uint8Array): number {
    const end = this.#length + chunk.length;
    if (end > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(end, 2 * this.#bytes.length, 64 * 1024));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#length);
    this.#length = end;
    return end;
  }

  finish(): Uint8Array<ArrayBuffer> {
    const whole = this.#length === this.#bytes.length;
    return whole ? this.#bytes : this.#bytes.slice(0, this.#length);
  }
}

/**
 * Reads a body to its end.
 * @throws HeedFailure `network` if the connection breaks, `weights-invalid` if the body is shorter
 * than the server said
 */
export async function readBody(
  address: string,
  response: Response,
  onBytes: OnBytes,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const total = lengthOf(response.headers);
  const collector = new ByteCollector(total);
  let received = 0;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const part = await reader?.read();
      if (part === undefined || part.done) break;
      signal.throwIfAborted();
      received = collector.add(part.value);
      onBytes(received, total);
    }
  } catch (error) {
    await reader?.cancel().catch(() => {});
    signal.throwIfAborted();
    fail(
      'network',
      `The connection broke while ${nameOf(address)} was loading.`,
      `${address}: ${received} of ${total ?? 'unknown'} bytes: ${describeCause(error)}`,
    );
  }
  signal.throwIfAborted();
  if (total !== null && received !== total) {
    fail(
      'weights-invalid',
      `${nameOf(address)} was cut short: ${received} of ${total} bytes arrived.`,
      address,
    );
  }
  return collector.finish();
}

/**
 * Loads one file whole.
 * @param address absolute
 * @param reload passes over the browser's HTTP cache
 * @throws HeedFailure `model-missing`, `network`, `weights-invalid`
 */
export async function download(
  fetch: Fetch,
  address: string,
  onBytes: OnBytes,
  signal: AbortSignal,
  reload = false,
): Promise<Download> {
  const response = await request(fetch, address, {
    signal,
    ...(reload ? { cache: 'reload' as const } : {}),
  });
  checkAnswer(address, response);
  const bytes = await readBody(address, response, onBytes, signal);
  return { bytes, version: versionOf(response.headers) };
}
