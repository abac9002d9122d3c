import type { OpenedFile } from '../../engine/model-protocol.ts';
import { bytesInWords } from '../../math/format-size.ts';
import { describeCause } from '../describe-cause.ts';
import { fail, HeedFailure } from '../failure.ts';
import { MOST_TEXT_BYTES, type CheckpointFiles, type OnBytes } from './files.ts';

/** What tells that a folder holds a checkpoint. */
const CONFIG = 'config.json';

function depthOf(path: string): number {
  return path.split('/').length;
}

/** The folder that the model lies in, with a slash at its end; empty for loose files. */
function findFolder(files: readonly OpenedFile[]): string {
  const configs = files
    .map(({ path }) => path)
    .filter((path) => path === CONFIG || path.endsWith(`/${CONFIG}`))
    // What training leaves on its way lies below the model itself.
    .toSorted((a, b) => depthOf(a) - depthOf(b));
  const [first, second] = configs;
  if (first === undefined) {
    return fail(
      'model-missing',
      'There is no config.json among these files: a model is a folder with config.json, its weights and what prepares its input.',
    );
  }
  if (second !== undefined && depthOf(first) === depthOf(second)) {
    const named = [first, second].map((path) => `“${path.slice(0, -CONFIG.length)}”`);
    return fail(
      'model-invalid',
      `There are two models in what was opened, ${named.join(' and ')}: open one of them.`,
    );
  }
  return first.slice(0, -CONFIG.length);
}

/**
 * Files on the person's disk as a checkpoint: those beside the config.json that lies least deep.
 */
export class OpenedFiles implements CheckpointFiles {
  readonly #files: ReadonlyMap<string, File>;
  /** The name of the model's folder, or null for loose files. */
  readonly folder: string | null;

  /** @throws HeedFailure `model-missing` without a config.json, `model-invalid` for two models */
  constructor(opened: readonly OpenedFile[]) {
    const folder = findFolder(opened);
    const inside = opened.filter(({ path }) => path.startsWith(folder));
    this.#files = new Map(inside.map(({ path, file }) => [path.slice(folder.length), file]));
    this.folder = folder.split('/').at(-2) ?? null;
  }

  get names(): readonly string[] {
    return [...this.#files.keys()];
  }

  /** In bytes; null where there is no such file. */
  sizeOf(name: string): number | null {
    return this.#files.get(name)?.size ?? null;
  }

  async readText(name: string, signal = new AbortController().signal): Promise<string> {
    const { size } = this.#file(name);
    if (size > MOST_TEXT_BYTES) {
      fail('model-invalid', `${name} is larger than ${bytesInWords(MOST_TEXT_BYTES)}.`);
    }
    return new TextDecoder().decode(await this.readBytes(name, () => {}, signal));
  }

  async readBytes(
    name: string,
    onBytes: OnBytes,
    signal: AbortSignal,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const file = this.#file(name);
    const bytes = new Uint8Array(file.size);
    let received = 0;
    try {
      // Parts of a file, so that reading can be cancelled and tells how far it is.
      while (received < file.size) {
        const part = await readPart(file, received, received + PART_BYTES);
        signal.throwIfAborted();
        bytes.set(part, received);
        received += part.length;
        onBytes(received, file.size);
      }
    } catch (error) {
      signal.throwIfAborted();
      throw unreadable(name, error);
    }
    return bytes;
  }

  /** The bytes of a file from `start` on, up to `end` or its end. */
  async readRange(name: string, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    try {
      return await readPart(this.#file(name), start, end);
    } catch (error) {
      throw unreadable(name, error);
    }
  }

  #file(name: string): File {
    return (
      this.#files.get(name) ?? fail('model-missing', `There is no ${name} beside config.json.`)
    );
  }
}

const PART_BYTES = 16 * 2 ** 20;

async function readPart(file: File, start: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await file.slice(start, end).arrayBuffer());
}

function unreadable(name: string, error: unknown): HeedFailure {
  if (error instanceof HeedFailure) return error;
  return new HeedFailure(
    {
      code: 'model-invalid',
      message: `${name} could not be read: it was changed, moved or deleted since it was opened.`,
      detail: describeCause(error),
    },
    { cause: error },
  );
}
