/** The models that lie in the browser's storage, and notes on what they are. */
import type { KeptModel, ModelKind, ModelSource } from '../../engine/model-protocol.ts';
import { identityOf } from '../../engine/model-source.ts';
import type { CheckpointCache, ListedFile } from './cache.ts';
import { nameOfFolder } from './folder.ts';
import { isRecord } from './fields.ts';

/** Lies beside a model's files in the storage, and on no server. */
const NOTE = 'heed-note.json';

type RemoteSource = Exclude<ModelSource, { kind: 'files' }>;

interface Note {
  readonly source: RemoteSource;
  readonly kind: ModelKind;
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
}

interface KeptFolder {
  readonly address: string;
  readonly files: readonly ListedFile[];
  readonly note: Note | null;
}

/** Notes that a model was used. Where nothing can be stored, nothing is noted. */
export async function noteUse(cache: CheckpointCache, folder: string, note: Note): Promise<void> {
  const bytes = new TextEncoder().encode(JSON.stringify(note));
  await cache.write(folder + NOTE, null, bytes, null);
}

/** Forgets that a model was used. */
export function forgetUse(cache: CheckpointCache, folder: string): Promise<void> {
  return cache.remove(folder + NOTE);
}

/** Every model with a file in the storage, the one used last first. */
export async function listKept(cache: CheckpointCache): Promise<readonly KeptModel[]> {
  const folders = await findFolders(cache);
  return folders.map(describe).toSorted((a, b) => (b.lastUsed ?? 0) - (a.lastUsed ?? 0));
}

/** Deletes every file of a model. One that is not there is gone already. */
export async function deleteKept(cache: CheckpointCache, identity: string): Promise<void> {
  const folders = await findFolders(cache);
  const wanted = folders.filter((folder) => identityOf(sourceOf(folder)) === identity);
  await Promise.all(wanted.map(({ address }) => deleteFolder(cache, address)));
}

/** Deletes every file that is kept of a folder. */
export async function deleteFolder(cache: CheckpointCache, folder: string): Promise<void> {
  const files = (await cache.list()).filter(({ address }) => folderOf(address) === folder);
  await Promise.all(files.map(({ address }) => cache.remove(address)));
}

function folderOf(address: string): string {
  return new URL('.', address).href;
}

async function findFolders(cache: CheckpointCache): Promise<KeptFolder[]> {
  const byFolder = new Map<string, ListedFile[]>();
  for (const file of await cache.list()) {
    const folder = folderOf(file.address);
    if (file.address === folder + NOTE) continue;
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  return Promise.all(
    [...byFolder].map(async ([address, files]) => ({
      address,
      files,
      note: await readNote(cache, address),
    })),
  );
}

function sourceOf({ note, address }: KeptFolder): RemoteSource {
  return note?.source ?? { kind: 'address', address };
}

function describe(folder: KeptFolder): KeptModel {
  const { note, files, address } = folder;
  const source = sourceOf(folder);
  return {
    identity: identityOf(source),
    title: source.kind === 'hub' ? source.id : nameOfFolder(new URL(address)),
    source,
    kind: note?.kind ?? null,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    fileCount: files.length,
    lastUsed: note?.lastUsed ?? null,
    isEmbedded: files.some(({ hasDigest }) => hasDigest),
  };
}

/** The storage is the browser's, but other versions of Heed may have written there. */
async function readNote(cache: CheckpointCache, folder: string): Promise<Note | null> {
  const stored = await cache.read(folder + NOTE, null);
  if (stored === null) return null;
  try {
    const note: unknown = await stored.response.json();
    return isNote(note) ? note : null;
  } catch {
    return null;
  }
}

function isNote(note: unknown): note is Note {
  return (
    isRecord(note) &&
    typeof note['lastUsed'] === 'number' &&
    (note['kind'] === 'vision' || note['kind'] === 'translation') &&
    isRemoteSource(note['source'])
  );
}

function isRemoteSource(source: unknown): source is RemoteSource {
  if (!isRecord(source)) return false;
  const has = (...keys: string[]): boolean => keys.every((key) => typeof source[key] === 'string');
  return source['kind'] === 'hub'
    ? has('hub', 'id', 'revision')
    : source['kind'] === 'address' && has('address');
}
