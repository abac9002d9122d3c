/** Finds and opens a checkpoint's weights, in whichever of the usual files they lie. */
import { fail, HeedFailure } from '../failure.ts';
import { loadPart } from '../load-part.ts';
import { Fields } from './fields.ts';
import type { CheckpointFiles, OnBytes } from './files.ts';
import { ScaledWeights } from './int8-weights.ts';
import { Safetensors } from './safetensors.ts';
import { ShardedTensors } from './sharded-tensors.ts';
import type { LoadedWeightsFile, StoredTensors } from './weights-file.ts';

/** In the order in which they are looked for. */
export const WEIGHTS_FILES = [
  'model.safetensors',
  'model.safetensors.index.json',
  'pytorch_model.bin',
  'pytorch_model.bin.index.json',
] as const;

const INDEX_SUFFIX = '.index.json';
const MOST_SHARDS = 1000;
/** A name of a file beside the index; never a path. */
const SHARD_NAME = /^[\w-][\w.-]*\.(?:safetensors|bin)$/;

export interface LoadOptions {
  readonly signal: AbortSignal;
  /** Bytes of the weights as they arrive. */
  readonly onBytes: OnBytes;
}

/**
 * Reads the first of `WEIGHTS_FILES` that the checkpoint has.
 * @throws HeedFailure `model-missing` if it has none, `weights-invalid` if a file or a shard is
 *   damaged, and what `files` throws
 */
export async function loadWeights(
  files: CheckpointFiles,
  options: LoadOptions,
): Promise<LoadedWeightsFile> {
  for (const name of WEIGHTS_FILES) {
    const stored = await ifPresent(() =>
      name.endsWith(INDEX_SUFFIX)
        ? readShards(files, name, options)
        : readFile(files, name, options),
    );
    if (stored !== null) return new ScaledWeights(stored);
  }
  return fail(
    'model-missing',
    'There are no weights at this address: neither model.safetensors nor pytorch_model.bin.',
  );
}

async function ifPresent<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof HeedFailure && error.failure.code === 'model-missing') return null;
    throw error;
  }
}

async function readFile(
  files: CheckpointFiles,
  name: string,
  { signal, onBytes }: LoadOptions,
): Promise<StoredTensors> {
  const bytes = await files.readBytes(name, onBytes, signal);
  signal.throwIfAborted();
  try {
    if (!name.endsWith('.bin')) return new Safetensors(bytes);
    const { TorchFile } = await loadPart(import('./torch-file.ts'));
    return await TorchFile.open(bytes);
  } catch (error) {
    throw named(error, name);
  }
}

/** The same failure, with the file's name in its detail. */
function named(error: unknown, name: string): unknown {
  if (!(error instanceof HeedFailure)) return error;
  const { code, message, detail = message } = error.failure;
  return new HeedFailure({ code, message, detail: `${name}: ${detail}` }, { cause: error });
}

async function readShards(
  files: CheckpointFiles,
  indexName: string,
  { signal, onBytes }: LoadOptions,
): Promise<StoredTensors> {
  const index = Fields.parse(indexName, await files.readText(indexName, signal));
  const places = readPlaces(index);
  const largest = Number.MAX_SAFE_INTEGER;
  const total = index.object('metadata')?.number('total_size', 0, { min: 0, max: largest }) ?? 0;
  const shards = new Map<string, StoredTensors>();
  let before = 0;
  for (const name of new Set(places.values())) {
    let received = 0;
    const shardOptions: LoadOptions = {
      signal,
      onBytes: (done) => {
        received = done;
        // The headers of the files are not in the index's total.
        onBytes(before + done, total === 0 ? null : Math.max(total, before + done));
      },
    };
    shards.set(name, await readShard(files, name, shardOptions));
    before += received;
  }
  return new ShardedTensors(places, shards);
}

async function readShard(
  files: CheckpointFiles,
  name: string,
  options: LoadOptions,
): Promise<StoredTensors> {
  const shard = await ifPresent(() => readFile(files, name, options));
  // Not “missing”, which would let the search go on to other formats.
  return shard ?? fail('weights-invalid', `The checkpoint lacks ${name}, a part of its weights.`);
}

/**
 * `weight_map`: which file each tensor lies in.
 * @throws HeedFailure `model-invalid`
 */
export function readPlaces(index: Fields): Map<string, string> {
  const map = index.object('weight_map') ?? index.expected('weight_map', 'an object');
  const places = new Map<string, string>();
  for (const [tensor, file] of map.entries()) {
    if (typeof file !== 'string' || !SHARD_NAME.test(file)) {
      return map.expected(tensor, 'the name of a .safetensors or .bin file beside the index');
    }
    places.set(tensor, file);
  }
  const count = new Set(places.values()).size;
  if (count > MOST_SHARDS) index.expected('weight_map', `at most ${MOST_SHARDS} files`);
  return places;
}
