import type { DecoderSession } from '../models/translation-model.ts';
import type { Hypothesis } from './hypothesis.ts';
import {
  extend,
  isLast,
  predict,
  readPrefix,
  type Beam,
  type Prediction,
  type SearchOptions,
} from './search.ts';
import type { DecodingSettings } from './settings.ts';

interface RunningBeam<Rows> extends Beam<Rows> {
  /** Sum of the log probabilities, in single precision like the reference's. */
  readonly sum: number;
}

/** A beam with one token more, before it is decided which of them live on. */
interface Continuation<Rows> extends RunningBeam<Rows> {
  readonly parent: number;
  readonly ends: boolean;
}

/**
 * Beam search with the semantics of `transformers`' generate (5.x, `_beam_search`): at each step
 * the best 2 · beams continuations over all beams; of the first `beams` of them those that end are
 * finished, with their score over length ** lengthPenalty; the best `beams` that do not end live
 * on. It stops when no running beam can beat the worst finished one any more; see
 * `canStillImprove`.
 * @returns finished hypotheses, best first, at most one for each beam
 * @throws the signal's reason when it is aborted
 */
export async function searchBeams<Rows>(
  session: DecoderSession<Rows>,
  settings: DecodingSettings,
  options: SearchOptions<Rows> = {},
): Promise<Hypothesis<Rows>[]> {
  const { beam, complete } = await readPrefix(session, settings, options);
  if (complete) return [{ last: beam.last, score: 0, finished: true }];
  const promptLength = beam.read.length;
  let running: RunningBeam<Rows>[] = [{ ...beam, sum: 0 }];
  let finished: Hypothesis<Rows>[] = [];
  for (;;) {
    const seen = await predict(session, running, settings, options.signal);
    const best = bestContinuations(running, seen, 2 * settings.beamCount, settings);
    finished = mergeFinished(finished, best, promptLength, settings);
    const alive = best.filter(({ ends }) => !ends).slice(0, settings.beamCount);
    const [first] = alive;
    if (first === undefined) return finished;
    if (first.last !== null) options.onStep?.(first.last);
    if (!canStillImprove(first, finished, promptLength, settings)) return finished;
    session.reorder(alive.map(({ parent }) => parent));
    running = alive;
  }
}

function bestContinuations<Rows>(
  running: readonly RunningBeam<Rows>[],
  seen: readonly Prediction<Rows>[],
  count: number,
  settings: DecodingSettings,
): Continuation<Rows>[] {
  const best = seen
    .flatMap(({ next }, parent) => {
      const before = running[parent]?.sum ?? 0;
      return next.best(count).map(({ token, score }) => ({
        parent,
        token,
        sum: Math.fround(score + before),
      }));
    })
    .toSorted((a, b) => b.sum - a.sum || a.parent - b.parent || a.token - b.token)
    .slice(0, count);
  return best.flatMap(({ parent, token, sum }) => {
    const beam = running[parent];
    const prediction = seen[parent];
    if (beam === undefined || prediction === undefined) return [];
    const extended = extend(beam, token, prediction);
    return [{ ...extended, sum, parent, ends: isLast(token, extended.read.length, settings) }];
  });
}

/** Only the first `beams` continuations may finish; the others stand by to keep the search alive. */
function mergeFinished<Rows>(
  finished: readonly Hypothesis<Rows>[],
  best: readonly Continuation<Rows>[],
  promptLength: number,
  settings: DecodingSettings,
): Hypothesis<Rows>[] {
  const ended = best
    .slice(0, settings.beamCount)
    .filter(({ ends }) => ends)
    .map(({ last, sum, read }) => ({
      last,
      score: Math.fround(sum / (read.length - promptLength) ** settings.lengthPenalty),
      finished: true,
    }));
  return [...finished, ...ended].toSorted((a, b) => b.score - a.score).slice(0, settings.beamCount);
}

/**
 * Whether the search goes on. Without early stopping the best running beam is scored as if it ended
 * here (or, with "never" and a positive penalty, at the longest length) and must beat the worst
 * finished one.
 */
function canStillImprove<Rows>(
  first: Continuation<Rows>,
  finished: readonly Hypothesis<Rows>[],
  promptLength: number,
  { beamCount, earlyStopping, lengthPenalty, longestTarget }: DecodingSettings,
): boolean {
  if (finished.length < beamCount) return true;
  if (earlyStopping === true) return false;
  const isPatient = earlyStopping === 'never' && lengthPenalty > 0;
  const length = (isPatient ? longestTarget : first.read.length) - promptLength;
  const worst = finished.at(-1)?.score ?? -Infinity;
  return first.sum / length ** lengthPenalty > worst;
}
