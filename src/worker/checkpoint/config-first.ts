import type { CheckpointFiles } from './files.ts';
import type { LoadOptions } from './load-weights.ts';

/**
 * Asks for all files of a checkpoint at once, since the way of the weights is the longest, and gives
 * the others up as soon as config.json says that the model cannot be run.
 * @param check throws for a config.json that cannot be run
 * @param readOthers asks for the other files; its options end with the first failure
 */
export async function readConfigFirst<T>(
  files: CheckpointFiles,
  options: LoadOptions,
  check: (config: string) => void,
  readOthers: (options: LoadOptions) => Promise<T>,
): Promise<{ readonly config: string; readonly others: T }> {
  const stop = new AbortController();
  const signal = AbortSignal.any([options.signal, stop.signal]);
  const others = readOthers({ ...options, signal });
  // Awaited below; a failure before that is not unhandled.
  others.catch(() => {});
  try {
    const config = await files.readText('config.json', signal);
    check(config);
    return { config, others: await others };
  } catch (error) {
    stop.abort();
    throw error;
  }
}
