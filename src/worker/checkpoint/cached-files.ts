import { HeedFailure, fail } from '../failure.ts';
import type { CheckpointCache, StoredFile, Storing } from './cache.ts';
import { request, versionOf, type Fetch } from './answer.ts';
import { download, readStoredBody, type DownloadOptions, type Patience } from './download.ts';
import { MOST_TEXT_BYTES, type CheckpointFiles, type OnBytes } from './files.ts';

export interface FileSource {
  readonly fetch: Fetch;
  readonly cache: CheckpointCache;
  /** SHA-256 in hexadecimal that the file at this address must have, or null if none is known. */
  readonly digestOf: (address: string) => string | null;
  /** That of a person where absent. */
  readonly patience?: Patience;
  /** What the browser lets the page keep, where it says so. */
  readonly estimate?: () => Promise<StorageEstimate>;
  /** Milliseconds since 1970: the machine's clock where absent. */
  readonly wallClock?: () => number;
}

export interface CachedCheckpointFiles extends CheckpointFiles {
  /** Whether this file, once read, came from the cache. */
  readonly cameFromCache: (name: string) => boolean;
  /** Of the files read so far: what became of those that were to be stored. */
  readonly storing: () => Storing;
  /** Takes out of the storage again what these files put there; whether that was anything. */
  readonly takeBack: () => Promise<boolean>;
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/**
 * Whether the server still has what is stored. Where the server cannot be asked what is stored is
 * used: a checkpoint seen before works offline, and a gated one without its token.
 */
async function isCurrent(
  fetch: Fetch,
  address: string,
  stored: StoredFile,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    const response = await request(fetch, address, { method: 'HEAD', signal });
    // Refused or overloaded, the server says nothing of the file.
    if (!response.ok) return !isGone(response);
    return stored.version !== null && versionOf(response.headers) === stored.version;
  } catch (error) {
    if (error instanceof HeedFailure) return true;
    throw error;
  }
}

function isGone({ status }: Response): boolean {
  return status === 404 || status === 410;
}

async function readStored(
  source: FileSource,
  address: string,
  signal: AbortSignal,
): Promise<StoredFile | null> {
  const digest = source.digestOf(address);
  const stored = await source.cache.read(address, digest);
  if (stored === null) return null;
  const usable = digest !== null || (await isCurrent(source.fetch, address, stored, signal));
  return usable ? stored : null;
}

/** Loads and stores a file, and checks it against its digest where one is known. */
async function loadAndStore(
  source: FileSource,
  address: string,
  wanted: Pick<DownloadOptions, 'onBytes' | 'signal' | 'mostBytes'>,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; storing: Storing }> {
  const { patience, fetch } = source;
  const options = { ...wanted, ...(patience && { patience }) };
  const digest = source.digestOf(address);
  let { bytes, version } = await download(fetch, address, options);
  // Outside a secure context there is neither a digest function nor a cache.
  if (digest !== null && globalThis.isSecureContext !== false) {
    if ((await sha256(bytes)) !== digest) {
      // A browser or a host that keeps an older version's file is asked once more.
      ({ bytes, version } = await download(fetch, address, { ...options, reload: true }));
      const actual = await sha256(bytes);
      if (actual !== digest) {
        fail(
          'weights-invalid',
          'A file of the model is damaged, or belongs to another version of Heed.',
          `${address}: expected sha256 ${digest}, got ${actual} of ${bytes.length} bytes`,
        );
      }
    }
  }
  const storing = await source.cache.write(address, digest, bytes, version);
  // Cancelled while it was being stored: nothing stays behind.
  if (wanted.signal.aborted) await source.cache.remove(address);
  wanted.signal.throwIfAborted();
  return { bytes, storing };
}

/**
 * The files of a checkpoint folder: from the cache where it holds them, else from the network and
 * then into the cache. Only whole files are stored.
 * @param folder absolute address with a slash at its end
 */
export function openCheckpointFiles(folder: string, source: FileSource): CachedCheckpointFiles {
  const fromCache = new Set<string>();
  const stored = new Set<string>();
  let storing: Storing = 'stored';

  async function read(
    name: string,
    wanted: Pick<DownloadOptions, 'onBytes' | 'signal' | 'mostBytes'>,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const address = new URL(name, folder).href;
    const found = await readStored(source, address, wanted.signal);
    if (found === null) {
      const loaded = await loadAndStore(source, address, wanted);
      if (loaded.storing === 'stored') stored.add(address);
      else storing = loaded.storing;
      return loaded.bytes;
    }
    fromCache.add(name);
    return readStoredBody(address, found.response, wanted.onBytes, wanted.signal);
  }

  return {
    readBytes: (name: string, onBytes: OnBytes, signal: AbortSignal) =>
      read(name, { onBytes, signal }),
    readText: async (name, signal = new AbortController().signal) => {
      const wanted = { onBytes: () => {}, signal, mostBytes: MOST_TEXT_BYTES };
      return new TextDecoder().decode(await read(name, wanted));
    },
    cameFromCache: (name) => fromCache.has(name),
    storing: () => storing,
    takeBack: async () => {
      const addresses = [...stored];
      stored.clear();
      await Promise.all(addresses.map((address) => source.cache.remove(address)));
      return addresses.length > 0;
    },
  };
}
