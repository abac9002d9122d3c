/** Parts of a checkpoint's files, for those who want to know what it is before it is loaded. */
import { fail, HeedFailure } from '../failure.ts';
import { checkAnswer, lengthOf, request } from './answer.ts';
import type { FileSource } from './cached-files.ts';
import { readBeginning } from './download.ts';
import type { OpenedFiles } from './opened-files.ts';

export interface PartialFile {
  /** In bytes; null where the server does not tell. */
  readonly size: number | null;
  /** Whether it lies in the browser's storage. */
  readonly isKept: boolean;
  /**
   * The bytes from `start` up to `end` or the file's end; null where the server sends whole files
   * alone and that part lies too far in.
   * @throws HeedFailure `network`
   */
  readonly read: (start: number, end: number) => Promise<Uint8Array<ArrayBuffer> | null>;
}

export interface PartialFiles {
  /**
   * Null where there is no such file.
   * @throws HeedFailure `network` or `access-denied`
   */
  readonly open: (name: string, signal: AbortSignal) => Promise<PartialFile | null>;
}

/** What the first request for a file brings: the header of most weights, and every card. */
const FIRST_BYTES = 64 * 1024;

/** So much of a file that is sent whole is read for a part in it. */
const MOST_SKIPPED = 2 * 2 ** 20;

/** Null for a file that is not there. */
async function ifPresent<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HeedFailure && error.failure.code === 'model-missing') return null;
    throw error;
  }
}

/** Files that the person opened. */
export function partsOfOpened(files: OpenedFiles): PartialFiles {
  return {
    open: async (name) => {
      const size = files.sizeOf(name);
      if (size === null) return null;
      return { size, isKept: false, read: (start, end) => files.readRange(name, start, end) };
    },
  };
}

/** Files of a folder on a server, or in the storage where they lie there. */
export function partsOfRemote(folder: string, source: FileSource): PartialFiles {
  return {
    open: async (name, signal) => {
      const address = new URL(name, folder).href;
      const stored = await source.cache.read(address, source.digestOf(address));
      if (stored !== null) return partOfBlob(await stored.response.blob());
      return ifPresent(() => openRemote(address, source, signal));
    },
  };
}

function partOfBlob(blob: Blob): PartialFile {
  return {
    size: blob.size,
    isKept: true,
    read: async (start, end) => new Uint8Array(await blob.slice(start, end).arrayBuffer()),
  };
}

async function openRemote(
  address: string,
  source: FileSource,
  signal: AbortSignal,
): Promise<PartialFile> {
  const first = await askForRange(address, 0, FIRST_BYTES, source, signal);
  const size = sizeIn(first);
  const head = await readBeginning(address, first, FIRST_BYTES, signal, source.patience);
  return {
    size: size ?? (head.length < FIRST_BYTES ? head.length : null),
    isKept: false,
    read: async (start, end) => {
      const last = size === null ? end : Math.min(end, size);
      if (last <= head.length) return head.slice(start, last);
      const response = await askForRange(address, start, last, source, signal);
      if (response.status === 206) {
        return readBeginning(address, response, last - start, signal, source.patience);
      }
      if (last > MOST_SKIPPED) {
        await response.body?.cancel();
        return null;
      }
      const bytes = await readBeginning(address, response, last, signal, source.patience);
      return bytes.slice(start);
    },
  };
}

async function askForRange(
  address: string,
  start: number,
  end: number,
  { fetch, patience }: FileSource,
  signal: AbortSignal,
): Promise<Response> {
  const headers = { Range: `bytes=${start}-${end - 1}` };
  const options = { signal, headers };
  const response = await request(fetch, address, options, patience?.stalledMs);
  // An empty file has no first byte.
  if (response.status === 416) return new Response('', { headers: { 'content-length': '0' } });
  checkAnswer(address, response);
  return response;
}

/** The whole file's length, by an answer to a request for a part of it. */
function sizeIn({ status, headers }: Response): number | null {
  if (status !== 206) return lengthOf(headers);
  const [, size] = /^bytes \d+-\d+\/(\d+)$/.exec(headers.get('content-range') ?? '') ?? [];
  return size === undefined ? null : Number(size);
}

/**
 * A small text file.
 * @returns null where there is none
 * @throws HeedFailure `model-invalid` if it is larger than `mostBytes`
 */
export async function readSmallText(
  files: PartialFiles,
  name: string,
  mostBytes: number,
  signal: AbortSignal,
): Promise<string | null> {
  const file = await files.open(name, signal);
  if (file === null) return null;
  const tooLarge = (): never =>
    fail('model-invalid', `The model’s ${name} is too large to be one.`);
  if (file.size !== null && file.size > mostBytes) return tooLarge();
  const bytes = await file.read(0, mostBytes);
  return bytes === null ? tooLarge() : new TextDecoder().decode(bytes);
}
