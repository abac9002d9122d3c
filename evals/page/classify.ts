import type { Engine } from '../../src/engine/client.ts';
import { EngineError } from '../../src/engine/errors.ts';
import { topK } from '../../src/math/top-k.ts';
import { closePicture, type Picture } from '../../src/workspaces/vision/picture/decode.ts';
import { decodeFile, type PictureFile, type Unreadable } from './picture-file.ts';

/** The five most probable labels, best first; or why the file is no picture. */
export type Outcome = { readonly labels: readonly number[] } | Unreadable;

const keptLabels = 5;

async function run(engine: Engine, picture: Picture): Promise<Outcome> {
  try {
    const image = await createImageBitmap(picture.pixels);
    const { run, probabilities } = await engine.call(
      'runVision',
      { image, fit: { mode: 'reference' }, query: 0, slot: 'main' },
      { transfer: [image] },
    );
    // Sent before the next run, so that one trace is kept at most.
    await engine.call('release', { run });
    return { labels: topK(probabilities, keptLabels) };
  } catch (error) {
    if (error instanceof EngineError && error.failure.code === 'image-invalid')
      return { unreadable: error.failure.message };
    throw error;
  } finally {
    closePicture(picture);
  }
}

/**
 * Classifies pictures, decoded as the page decodes them and prepared in the order of the
 * checkpoint's own preprocessor. While one runs the next is decoded.
 * @throws EngineError for a failure that is not the picture's
 */
export async function classify(
  engine: Engine,
  files: readonly PictureFile[],
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let next = files[0] && decodeFile(files[0]);
  for (let index = 0; next; index += 1) {
    const decoded = await next;
    const following = files[index + 1];
    next = following && decodeFile(following);
    // Awaited in the next round; a failure before that is not unhandled.
    next?.catch(() => undefined);
    outcomes.push('pixels' in decoded ? await run(engine, decoded) : decoded);
  }
  return outcomes;
}
