// Plain text, one sentence a line.
import { readFileSync, statSync } from 'node:fs';
import { UsageError } from './options.mjs';

/**
 * @param {string} path
 * @returns {string} without a byte order mark
 * @throws UsageError if there is no such file, or it is no UTF-8
 */
export function readText(path) {
  const information = statSync(path, { throwIfNoEntry: false });
  if (information === undefined) throw new UsageError(`${path} does not exist.`);
  if (information.isDirectory()) throw new UsageError(`${path} is not a file.`);
  const bytes = readFileSync(path);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UsageError(`${path} is not text in UTF-8.`);
  }
}

/**
 * Lines end in LF or CRLF; the last may go without.
 * @param {string} text
 */
export function splitLines(text) {
  const lines = text.split(/\r?\n/);
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/**
 * Files of which line n belongs to line n.
 * @param {readonly string[]} paths
 * @returns {string[][]} the lines of each
 * @throws UsageError if they are of different lengths, or empty
 */
export function readParallelLines(paths) {
  const files = paths.map((path) => ({ path, lines: splitLines(readText(path)) }));
  const [first, ...others] = files;
  if (first === undefined || first.lines.length === 0)
    throw new UsageError(`${first?.path} has no lines.`);
  for (const { path, lines } of others) {
    if (lines.length !== first.lines.length)
      throw new UsageError(
        `${first.path} has ${first.lines.length} lines, and ${path} has ${lines.length}.`,
      );
  }
  return files.map(({ lines }) => lines);
}
