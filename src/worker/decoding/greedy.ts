import type { DecoderSession } from '../models/translation-model.ts';
import type { Hypothesis } from './hypothesis.ts';
import { extend, isLast, predict, readPrefix, type SearchOptions } from './search.ts';
import type { DecodingSettings } from './settings.ts';

/**
 * Takes the most probable token at every step, as `generate` does with one beam.
 * @throws the signal's reason when it is aborted
 */
export async function searchGreedily<Rows>(
  session: DecoderSession<Rows>,
  settings: DecodingSettings,
  options: SearchOptions<Rows> = {},
): Promise<Hypothesis<Rows>> {
  let { beam, complete } = await readPrefix(session, settings, options);
  const promptLength = beam.read.length;
  let sum = 0;
  while (!complete) {
    const [seen] = await predict(session, [beam], settings, options.signal);
    const token = seen?.candidates[0]?.token;
    if (seen === undefined || token === undefined) break;
    beam = extend(beam, token, seen);
    sum += seen.next.score(token);
    if (beam.last !== null) options.onStep?.(beam.last);
    complete = isLast(token, beam.read.length, settings);
  }
  const length = Math.max(1, beam.read.length - promptLength);
  return { last: beam.last, score: sum / length ** settings.lengthPenalty, finished: true };
}
