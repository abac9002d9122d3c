/** The tensors of a file of PyTorch, by its pickle alone. */
import { HeedFailure } from '../failure.ts';
import type { PartialFile } from './partial-files.ts';
import type { TensorDescription } from './safetensors.ts';
import { LegacyTorchReader } from './torch-legacy.ts';
import { tensorsOf, torchRules, type TorchTensor } from './torch-pickle.ts';
import { unpickle } from './pickle.ts';
import { findInTail, isZip, LARGEST_LOCAL_HEADER } from './zip.ts';

/** The end of an archive with some hundred files and the longest comment. */
const TAIL_BYTES = 128 * 1024;
/** No pickle of a checkpoint's tensors is larger. */
const MOST_BYTES = 16e6;

/**
 * @returns null where it takes more than a small part of the file
 * @throws HeedFailure `weights-invalid` if the file is damaged, or holds what is no tensor, named
 */
export async function describeTorchTensors(
  file: PartialFile,
): Promise<readonly TensorDescription[] | null> {
  const start = await file.read(0, 8);
  if (start === null || file.size === null) return null;
  const tensors = isZip(start)
    ? await readArchive(file, file.size)
    : await readLegacy(file, file.size);
  if (tensors === null) return null;
  return [...tensors].map(([name, { storage, shape }]) => ({ name, dtype: storage.dtype, shape }));
}

async function readArchive(
  file: PartialFile,
  size: number,
  tailBytes = TAIL_BYTES,
): Promise<Map<string, TorchTensor> | null> {
  const base = Math.max(0, size - tailBytes);
  const tail = await file.read(base, size);
  if (tail === null) return null;
  const found = findInTail(tail, base, (name) => /(?:^|\/)data\.pkl$/.test(name));
  if (found === null) return null;
  if ('directoryStart' in found) {
    const wanted = size - found.directoryStart;
    return wanted > MOST_BYTES || wanted <= tailBytes ? null : readArchive(file, size, wanted);
  }
  const { start, packedBytes } = found;
  if (packedBytes > MOST_BYTES) return null;
  const part = await file.read(start, start + LARGEST_LOCAL_HEADER + packedBytes);
  if (part === null) return null;
  const { value } = unpickle(
    await found.open(part),
    torchRules(() => {}),
  );
  return tensorsOf(value);
}

/** The pickles stand at the file's beginning; how long they are nothing says. */
async function readLegacy(
  file: PartialFile,
  size: number,
): Promise<Map<string, TorchTensor> | null> {
  for (let length = 256 * 1024; ; length *= 4) {
    const beginning = await file.read(0, Math.min(length, size));
    if (beginning === null) return null;
    try {
      return new LegacyTorchReader(beginning).readTensors();
    } catch (error) {
      const isCut = error instanceof HeedFailure && length < size;
      if (!isCut) throw error;
      if (length >= MOST_BYTES) return null;
    }
  }
}
