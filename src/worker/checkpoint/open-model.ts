/** From where a person says that a model lies to its files. */
import {
  identityOf,
  isModelId,
  isRevision,
  parseFolderAddress,
} from '../../engine/model-source.ts';
import type { LoadArgs, LoadedFrom, ModelSource } from '../../engine/model-protocol.ts';
import { fail } from '../failure.ts';
import type { Storing } from './cache.ts';
import { openCheckpointFiles, type FileSource } from './cached-files.ts';
import type { CheckpointFiles } from './files.ts';
import { nameOfFolder, parseFolder } from './folder.ts';
import { WEIGHTS_FILES } from './load-weights.ts';
import { OpenedFiles } from './opened-files.ts';

export interface OpenedModel {
  readonly identity: string;
  /** Its folder's name. */
  readonly name: string;
  readonly files: CheckpointFiles;
  /** Once loaded: whether the weights came from the storage. */
  readonly cameFromCache: () => boolean;
  /** Once loaded: as `LoadedFrom` has it. */
  readonly notKept: () => string | null;
}

const NOT_KEPT: Readonly<Record<Storing, LoadedFrom['notKept']>> = {
  stored: null,
  full: 'The browser’s storage is full, so this model was not kept: delete models on the page Models.',
  unavailable:
    'The browser lets this page keep nothing, so this model will be loaded again next time.',
};

/**
 * The folder of a model on a server.
 * @throws HeedFailure `bad-request` for an id, a revision or an address that cannot be one
 */
export function folderOf(source: Exclude<ModelSource, { kind: 'files' }>): URL {
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
export function openModel({ source, precision }: LoadArgs, network: FileSource): OpenedModel {
  if (precision !== undefined && precision !== 'float32') {
    return fail('bad-request', 'Weights are kept in single precision alone.');
  }
  const identity = identityOf(source);
  if (source.kind === 'files') {
    const files = new OpenedFiles(source.files);
    return {
      identity,
      name: files.folder ?? 'model',
      files,
      cameFromCache: () => false,
      notKept: () => null,
    };
  }
  const folder = folderOf(source);
  const files = openCheckpointFiles(folder.href, network);
  return {
    identity,
    name: source.kind === 'hub' ? (source.id.split('/').at(-1) ?? source.id) : nameOfFolder(folder),
    files,
    cameFromCache: () => WEIGHTS_FILES.some((name) => files.cameFromCache(name)),
    notKept: () => NOT_KEPT[files.storing()],
  };
}
