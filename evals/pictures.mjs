// The images of an archive, in batches, with what was passed over counted.
import { readTarFile } from './tar.mjs';

/**
 * @typedef {object} TarPicture
 * @property {string} name
 * @property {Buffer} bytes
 */

/** Kinds that Heed opens, by the ending of the name. */
const imageEnding = /\.(png|jpe?g|webp|avif|gif|bmp|svg)$/i;

/** Larger files would not fit into one message to the page. */
const maxImageBytes = 128 * 2 ** 20;

const batchCount = 64;
const batchBytes = 8 * 2 ** 20;

/** @param {string} name */
function isImageName(name) {
  const base = name.slice(name.lastIndexOf('/') + 1);
  // macOS puts a file's attributes beside it, under its name with `._` before.
  return imageEnding.test(base) && !base.startsWith('._');
}

export class TarPictures {
  /** Folders, links and files that are no images. */
  otherCount = 0;
  /** Images too large to read. */
  tooLargeCount = 0;
  #path;

  /** @param {string} path of the archive */
  constructor(path) {
    this.#path = path;
  }

  /**
   * @returns {AsyncGenerator<TarPicture, void, undefined>}
   * @throws TarError
   */
  async *#pictures() {
    const entries = readTarFile(
      this.#path,
      (name, size) => isImageName(name) && size <= maxImageBytes,
    );
    for await (const { name, isFile, bytes } of entries) {
      if (bytes !== null) yield { name, bytes: Buffer.from(bytes.buffer) };
      else if (isFile && isImageName(name)) this.tooLargeCount += 1;
      else this.otherCount += 1;
    }
  }

  /**
   * @returns {AsyncGenerator<TarPicture[], void, undefined>} never an empty batch
   * @throws TarError
   */
  async *batches() {
    /** @type {TarPicture[]} */
    let batch = [];
    let bytes = 0;
    for await (const picture of this.#pictures()) {
      if (batch.length > 0 && bytes + picture.bytes.length > batchBytes) {
        yield batch;
        batch = [];
        bytes = 0;
      }
      batch.push(picture);
      bytes += picture.bytes.length;
      if (batch.length < batchCount) continue;
      yield batch;
      batch = [];
      bytes = 0;
    }
    if (batch.length > 0) yield batch;
  }
}
