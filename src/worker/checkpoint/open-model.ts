/** From where a person says that a model lies to its files. */
import type { LoadedFrom, ModelKind, ModelSource } from '../../engine/model-protocol.ts';
import {
  identityOf,
  isModelId,
  isRevision,
  parseFolderAddress,
} from '../../engine/model-source.ts';
import { fail, HeedFailure } from '../failure.ts';
import type { Storing } from './cache.ts';
import { openCheckpointFiles, type FileSource } from './cached-files.ts';
import type { CheckpointFiles } from './files.ts';
import { nameOfFolder, parseFolder } from './folder.ts';
import { forgetUse, noteUse } from './kept-models.ts';
import { WEIGHTS_FILES } from './load-weights.ts';
import { OpenedFiles } from './opened-files.ts';

type RemoteSource = Exclude<ModelSource, { kind: 'files' }>;

export interface OpenedModel {
  readonly identity: string;
  /** Its folder's name. */
  readonly name: string;
  readonly files: CheckpointFiles;
  /** Once loaded: whether the weights came from the storage. */
  readonly cameFromCache: () => boolean;
  /** Once loaded: notes that it was used, and tells what `LoadedFrom` does. */
  readonly keep: (kind: ModelKind) => Promise<LoadedFrom['notKept']>;
  /**
   * When loading failed or was cancelled: leaves nothing of it in the storage. What a broken
   * connection has left stays, so that a second try goes on from there.
   */
  readonly giveUp: (error: unknown) => Promise<void>;
}

const NOT_KEPT: Readonly<Record<Exclude<Storing, 'stored'>, string>> = {
  full: 'The browser’s storage is full, so this model was not kept: delete models on the page Models.',
  unavailable:
    'The browser lets this page keep nothing, so this model will be loaded again next time.',
};

/**
 * The folder of a model on a server.
 * @throws HeedFailure `bad-request` for an id, a revision or an address that cannot be one
 */
export function folderOf(source: RemoteSource): URL {
  if (source.kind === 'address') return parseFolder(source.address);
  const { id, revision } = source;
  const hub = parseFolderAddress(source.hub);
  if (hub === null) return fail('bad-request', 'The address of the Hub cannot be used.');
  if (!isModelId(id) || !isRevision(revision)) {
    return fail('bad-request', 'A model’s id is “org/name”, with “@revision” behind it or not.');
  }
  return new URL(`${id}/resolve/${encodeURIComponent(revision)}/`, hub);
}

/**
 * Opens a checkpoint; nothing is read yet.
 * @throws HeedFailure `bad-request`; of opened files `model-missing` and `model-invalid`
 */
export function openModel(source: ModelSource, network: FileSource): OpenedModel {
  return source.kind === 'files' ? openFiles(source) : openRemote(source, network);
}

function openFiles(source: Extract<ModelSource, { kind: 'files' }>): OpenedModel {
  const files = new OpenedFiles(source.files);
  return {
    identity: identityOf(source),
    name: files.folder ?? 'model',
    files,
    cameFromCache: () => false,
    keep: async () => null,
    giveUp: async () => {},
  };
}

function openRemote(source: RemoteSource, network: FileSource): OpenedModel {
  const folder = folderOf(source);
  const files = openCheckpointFiles(folder.href, network);
  const { cache, wallClock = Date.now } = network;
  return {
    identity: identityOf(source),
    name: source.kind === 'hub' ? (source.id.split('/').at(-1) ?? source.id) : nameOfFolder(folder),
    files,
    cameFromCache: () => WEIGHTS_FILES.some((name) => files.cameFromCache(name)),
    keep: async (kind) => {
      const storing = files.storing();
      if (storing === 'stored') {
        await noteUse(cache, folder.href, { source, kind, lastUsed: wallClock() });
        return null;
      }
      // A model without its weights is not worth its place.
      await files.takeBack();
      return NOT_KEPT[storing];
    },
    giveUp: async (error) => {
      const isBroken = error instanceof HeedFailure && error.failure.code === 'network';
      if (!isBroken && (await files.takeBack())) await forgetUse(cache, folder.href);
    },
  };
}
