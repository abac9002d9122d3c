/** What a checkpoint's weights hold, by their headers alone. */
import { fail, HeedFailure } from '../failure.ts';
import { Fields } from './fields.ts';
import { readPlaces, WEIGHTS_FILES } from './load-weights.ts';
import type { PartialFile, PartialFiles } from './partial-files.ts';
import { readSmallText } from './partial-files.ts';
import { describeTensors, headerEnd, type TensorDescription } from './safetensors.ts';
import { describeTorchTensors } from './torch-header.ts';

export interface WeightsHeader {
  /** Of all files; null where the server does not tell. */
  readonly bytes: number | null;
  /** Null where the headers could not be had without loading the weights. */
  readonly tensors: readonly TensorDescription[] | null;
  readonly isKept: boolean;
}

const MOST_INDEX_BYTES = 64e6;
/** More shards than this are not asked for their headers. */
const MOST_ASKED_SHARDS = 64;
/** A header of the largest models has a few hundred kilobytes. */
const LARGEST_READ_HEADER = 10e6;

/**
 * Looks for weights as `loadWeights` does.
 * @throws HeedFailure `model-missing` if there are none, `weights-invalid` if a header is damaged,
 *   and what `files` throws
 */
export async function readWeightsHeader(
  files: PartialFiles,
  signal: AbortSignal,
): Promise<WeightsHeader> {
  for (const name of WEIGHTS_FILES) {
    if (name.endsWith('.index.json')) {
      const index = await readSmallText(files, name, MOST_INDEX_BYTES, signal);
      if (index !== null) return readShardHeaders(files, name, index, signal);
    } else {
      const file = await files.open(name, signal);
      if (file !== null) return readFileHeader(name, file);
    }
  }
  return fail(
    'model-missing',
    'There are no weights at this address: neither model.safetensors nor pytorch_model.bin.',
  );
}

async function readFileHeader(name: string, file: PartialFile): Promise<WeightsHeader> {
  const read = name.endsWith('.bin') ? describeTorchTensors : describeSafetensors;
  try {
    return { bytes: file.size, tensors: await read(file), isKept: file.isKept };
  } catch (error) {
    if (!(error instanceof HeedFailure)) throw error;
    const { code, message, detail = message } = error.failure;
    throw new HeedFailure({ code, message, detail: `${name}: ${detail}` }, { cause: error });
  }
}

async function describeSafetensors(
  file: PartialFile,
): Promise<readonly TensorDescription[] | null> {
  const start = await file.read(0, 8);
  if (start === null) return null;
  const end = headerEnd(start, file.size);
  if (end > LARGEST_READ_HEADER) return null;
  const head = await file.read(0, end);
  if (head === null) return null;
  return describeTensors(head, file.size);
}

async function readShardHeaders(
  files: PartialFiles,
  indexName: string,
  text: string,
  signal: AbortSignal,
): Promise<WeightsHeader> {
  const index = Fields.parse(indexName, text);
  const names = [...new Set(readPlaces(index).values())];
  const total = index.object('metadata')?.raw('total_size');
  if (names.length > MOST_ASKED_SHARDS) {
    const bytes = typeof total === 'number' && total > 0 ? total : null;
    return { bytes, tensors: null, isKept: false };
  }
  const headers: WeightsHeader[] = [];
  for (const name of names) {
    const file = await files.open(name, signal);
    if (file === null) {
      return fail('weights-invalid', `The checkpoint lacks ${name}, a part of its weights.`);
    }
    headers.push(await readFileHeader(name, file));
  }
  return joinHeaders(headers);
}

function joinHeaders(headers: readonly WeightsHeader[]): WeightsHeader {
  let bytes: number | null = 0;
  let tensors: TensorDescription[] | null = [];
  for (const header of headers) {
    bytes = bytes === null || header.bytes === null ? null : bytes + header.bytes;
    tensors = tensors === null || header.tensors === null ? null : [...tensors, ...header.tensors];
  }
  return { bytes, tensors, isKept: headers.every(({ isKept }) => isKept) };
}
