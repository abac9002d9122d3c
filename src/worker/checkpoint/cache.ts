/** Files of checkpoints, kept between visits in Cache Storage. */

const cacheName = 'heed-checkpoints-1';

/** A header of the stored answer: what names the content (ETag). */
const versionHeader = 'x-heed-version';

/** A parameter of the stored address: the content's SHA-256, where it is known beforehand. */
const digestParameter = 'heed-sha256';

/** The part of Cache Storage that is used, so that tests can stand in for it. */
export type CacheLike = Pick<Cache, 'match' | 'put' | 'delete' | 'keys'>;
export interface CacheStorageLike {
  readonly open: (name: string) => Promise<CacheLike>;
}

export interface StoredFile {
  readonly response: Response;
  readonly version: string | null;
}

/** What became of a file that was to be stored: `full` where the quota is used up. */
export type Storing = 'stored' | 'full' | 'unavailable';

/** A file as it lies in the storage. */
export interface ListedFile {
  readonly address: string;
  /** Whether its content was known beforehand, as that of Heed's own models. */
  readonly hasDigest: boolean;
  readonly bytes: number;
}

export interface CheckpointCache {
  /** @param digest SHA-256 that the content must have, or null if none is known */
  readonly read: (address: string, digest: string | null) => Promise<StoredFile | null>;
  /** Replaces what is stored of this address. */
  readonly write: (
    address: string,
    digest: string | null,
    bytes: Uint8Array<ArrayBuffer>,
    version: string | null,
  ) => Promise<Storing>;
  readonly list: () => Promise<readonly ListedFile[]>;
  /** Deletes the files of this address, whatever their digests. */
  readonly remove: (address: string) => Promise<void>;
}

function keyOf(address: string, digest: string | null): string {
  if (digest === null) return address;
  const key = new URL(address);
  key.searchParams.set(digestParameter, digest);
  return key.href;
}

function parseKey(key: string): { address: string; hasDigest: boolean } {
  const url = new URL(key);
  const hasDigest = url.searchParams.has(digestParameter);
  url.searchParams.delete(digestParameter);
  return { address: url.href, hasDigest };
}

/** Removes the contents that the address had under other digests. */
async function forgetOthers(cache: CacheLike, address: string, kept: string): Promise<void> {
  const stored = await cache.keys(address, { ignoreSearch: true });
  await Promise.all(
    stored.filter((request) => request.url !== kept).map((request) => cache.delete(request)),
  );
}

const pieceBytes = 4 * 2 ** 20;

/** A body of one large array is copied whole, and the copy stays until it is next collected. */
function inPieces(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  let at = 0;
  return new ReadableStream({
    pull: (controller) => {
      if (at >= bytes.length) {
        controller.close();
        return;
      }
      controller.enqueue(bytes.slice(at, (at += pieceBytes)));
    },
  });
}

function storedCache(cache: CacheLike): CheckpointCache {
  return {
    read: async (address, digest) => {
      const response = await cache.match(keyOf(address, digest));
      if (response === undefined) return null;
      return { response, version: response.headers.get(versionHeader) };
    },
    write: async (address, digest, bytes, version) => {
      const key = keyOf(address, digest);
      const headers = new Headers({ 'content-length': String(bytes.length) });
      if (version !== null) headers.set(versionHeader, version);
      try {
        await cache.put(key, new Response(inPieces(bytes), { headers }));
        await forgetOthers(cache, address, key);
        return 'stored';
      } catch (error) {
        // The quota is used up, or the person forbids storage: the file is loaded again next time.
        return isQuotaExceeded(error) ? 'full' : 'unavailable';
      }
    },
    list: () => list(cache),
    remove: async (address) => {
      const stored = await cache.keys(address, { ignoreSearch: true });
      await Promise.all(stored.map((request) => cache.delete(request)));
    },
  };
}

async function list(cache: CacheLike): Promise<ListedFile[]> {
  const requests = await cache.keys();
  return Promise.all(
    requests.map(async (request) => {
      const stored = await cache.match(request.url);
      const bytes = Number(stored?.headers.get('content-length') ?? 0);
      return { ...parseKey(request.url), bytes };
    }),
  );
}

function isQuotaExceeded(error: unknown): boolean {
  return error instanceof Error && error.name === 'QuotaExceededError';
}

const noCache: CheckpointCache = {
  read: async () => null,
  write: async () => 'unavailable',
  list: async () => [],
  remove: async () => {},
};

/**
 * Opens the cache. Where there is none (a context that is not secure, a browser that forbids
 * storage) everything is loaded from the network each time.
 */
export async function openCheckpointCache(
  storage: CacheStorageLike | undefined,
): Promise<CheckpointCache> {
  if (storage === undefined) return noCache;
  try {
    return storedCache(await storage.open(cacheName));
  } catch {
    return noCache;
  }
}
