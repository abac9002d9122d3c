/** A server's answer to a request for a file of a checkpoint. */
import { describeCause } from '../describe-cause.ts';
import { fail } from '../failure.ts';

/** The part of `fetch` that is used, so that tests can answer. */
export type Fetch = (address: string, options: RequestInit) => Promise<Response>;

export function fileNameOf(address: string): string {
  return new URL(address).pathname.split('/').at(-1) ?? address;
}

/** ETag without the mark of weakness, which differs between answers to GET and HEAD. */
export function versionOf(headers: Headers): string | null {
  return headers.get('etag')?.replace(/^W\//, '') ?? headers.get('last-modified');
}

/** The body's length in bytes, or null where none is told or the body is compressed on its way. */
export function lengthOf(headers: Headers): number | null {
  const length = Number(headers.get('content-length') ?? Number.NaN);
  const isPlain = (headers.get('content-encoding') ?? 'identity') === 'identity';
  return isPlain && Number.isSafeInteger(length) && length >= 0 ? length : null;
}

/** A server that has not begun to answer after so long does not answer. Milliseconds. */
const PATIENCE_MS = 30_000;

/**
 * Sends a request. Aborting rejects with the signal's reason.
 * @throws HeedFailure `network` where no answer begins in time
 */
export async function request(
  fetch: Fetch,
  address: string,
  options: RequestInit & { readonly signal: AbortSignal },
  patienceMs = PATIENCE_MS,
): Promise<Response> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), patienceMs);
  try {
    const signal = AbortSignal.any([options.signal, late.signal]);
    return await fetch(address, { ...options, signal });
  } catch (error) {
    options.signal.throwIfAborted();
    return fail(
      'network',
      `${fileNameOf(address)} could not be loaded: ${new URL(address).host} did not answer. Are you offline?`,
      `${address}: ${describeCause(error)}`,
    );
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Refuses an answer that does not bring the file.
 * @throws HeedFailure `model-missing`, `access-denied`, or `network` for any other error of the
 *   server
 */
export function checkAnswer(address: string, { status, statusText, ok, headers }: Response): void {
  const name = fileNameOf(address);
  const { host } = new URL(address);
  const detail = `${address}: ${status} ${statusText}`;
  // A host for single-page applications answers every unknown address with its start page.
  const isPage = headers.get('content-type')?.startsWith('text/html') === true;
  if (status === 404 || status === 410 || (ok && isPage))
    fail('model-missing', `There is no ${name} at this address.`, detail);
  if (status === 401 || status === 403)
    fail(
      'access-denied',
      `${host} does not give ${name} to everybody: the model does not exist, is private, or asks for an agreement and an access token.`,
      detail,
    );
  if (status === 429) {
    const seconds = Number(headers.get('retry-after') ?? Number.NaN);
    const when = seconds > 0 ? `in ${seconds} seconds` : 'in a few minutes';
    fail('network', `${host} was asked too often. Try again ${when}.`, detail);
  }
  if (!ok) fail('network', `${name} could not be loaded: the server answered ${status}.`, detail);
}
