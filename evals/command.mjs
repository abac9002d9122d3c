// What the evaluations of pictures have in common as commands.
import { statSync } from 'node:fs';
import { UsageError } from './options.mjs';
import { TarError } from './tar.mjs';

/** How many names of each kind are told. */
const toldNames = 10;

/** @param {string} path */
export function checkFile(path) {
  const information = statSync(path, { throwIfNoEntry: false });
  if (information === undefined) throw new UsageError(`${path} does not exist.`);
  if (!information.isFile()) throw new UsageError(`${path} is not a file.`);
}

/** Tells of the first few things of a kind, so that a million of them don't flood the screen. */
export class Complaints {
  count = 0;

  /** @param {string} sentence may hold names from the archive */
  add(sentence) {
    this.count += 1;
    // A name may hold anything, also what moves a terminal's cursor.
    if (this.count <= toldNames) console.error(sentence.replaceAll(/\p{Cc}/gu, '?'));
    if (this.count === toldNames + 1) console.error('… and more of this kind.');
  }
}

/**
 * Puts the first batch, which has been read, before the others.
 * @template T
 * @param {T} first
 * @param {AsyncGenerator<T, void, undefined>} others
 */
export async function* joined(first, others) {
  yield first;
  yield* others;
}

/**
 * An error that was thrown in the page comes with the page's stack and the call's name around it.
 * @param {unknown} error
 */
function inOneSentence(error) {
  const [line = ''] = String(error instanceof Error ? error.message : error).split('\n');
  return line.replace(/^page\.\w+: (\w*Error: )?/, '');
}

/**
 * Runs a command on an archive: one sentence on stderr and exit status 1 for what fails.
 * @template {{ tar: string }} T
 * @param {() => T | null} parse the options; null where help is wanted
 * @param {string} usage
 * @param {(options: T) => Promise<void>} main
 */
export async function runOnTar(parse, usage, main) {
  try {
    const options = parse();
    if (options === null) {
      console.error(usage);
      return;
    }
    await main(options).catch((error) => {
      throw error instanceof TarError ? new UsageError(`${options.tar} ${error.message}`) : error;
    });
  } catch (error) {
    console.error(inOneSentence(error));
    process.exitCode = 1;
  }
}
