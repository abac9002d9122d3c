import { describeCause } from './describe-cause.ts';
import { HeedFailure } from './failure.ts';

/**
 * A part of the engine in a script of its own, which is fetched when it is needed.
 * @param loading the `import()` of it
 * @throws HeedFailure `network`
 */
export async function loadPart<T>(loading: Promise<T>): Promise<T> {
  try {
    return await loading;
  } catch (error) {
    throw new HeedFailure(
      {
        code: 'network',
        message: 'A part of Heed could not be loaded. Reload the page to try again.',
        detail: describeCause(error),
      },
      { cause: error },
    );
  }
}
