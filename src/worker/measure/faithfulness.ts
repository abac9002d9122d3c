import type { LensMatrix } from '../../engine/protocol.ts';
import type {
  Faithfulness,
  FaithfulnessRequest,
  MapFaithfulness,
  MeasuredMap,
} from '../../engine/what-if-protocol.ts';
import { countsOfSteps, measureOrder } from '../../math/faithfulness-curves.ts';
import { kendallTauB } from '../../math/kendall-tau.ts';
import { rankOrder } from '../../math/rank-order.ts';
import { createRandom, shuffledIndices } from '../../math/seeded-random.ts';
import type { WorkContext } from '../call-context.ts';
import { fail } from '../failure.ts';
import type { VisionTrace } from '../trace.ts';
import { Steps } from './ask.ts';
import { failHeadless, MaskedPicture } from './masked-picture.ts';
import { knownOcclusion, scanByOcclusion } from './occlusion-scan.ts';
import {
  askAboutOrder,
  askAboutRandomOrder,
  type Question,
  type SharedAnswers,
} from './order-questions.ts';

/** Makes a lens's map of the trace. */
export type ApplyLens = (request: MeasuredMap['request']) => Promise<LensMatrix>;

const LARGEST = { maps: 100, randomOrders: 100, seed: 2 ** 32 - 1 };

/**
 * Deletion and insertion curves with their figures, of maps and of random orders, for a run with the
 * changes that it was made with. The progress has a step for each set of patches that the model is
 * asked about; making the maps, and the occlusion scan where it is wanted, come before and tell of
 * themselves.
 * @throws HeedFailure `bad-request` for a label, map, query or number that there is not, and for a
 *   model without labels; what `applyLens` throws
 */
export async function measureFaithfulness(
  trace: VisionTrace,
  request: FaithfulnessRequest,
  applyLens: ApplyLens,
  context: WorkContext,
): Promise<Faithfulness> {
  if (trace.probabilities.length === 0) failHeadless();
  const target = trace.checkTarget(request.target);
  const patchCount = trace.tokenCount - trace.specialTokens.length;
  check(request, trace, patchCount);
  const maps: Float32Array[] = [];
  for (const map of request.maps) {
    maps.push(await patchesOf(map, trace, applyLens));
    context.signal.throwIfAborted();
  }
  const occlusion = request.scansOcclusion
    ? await scanByOcclusion(trace, target, context)
    : knownOcclusion(trace, target);
  const measures = await measureOrders(trace, target, request, maps, context);
  return {
    target,
    shares: Float32Array.from(
      countsOfSteps(patchCount, request.stepCount),
      (count) => count / patchCount,
    ),
    maps: maps.map((values, index): MapFaithfulness => {
      const measured = measures[index];
      if (measured === undefined) throw new RangeError(`Map ${index} was not measured.`);
      return {
        ...measured,
        occlusionCorrelation: occlusion === null ? null : kendallTauB(values, occlusion),
      };
    }),
    random: measures.slice(maps.length),
  };
}

/** Maps first, then the random orders. */
async function measureOrders(
  trace: VisionTrace,
  target: number,
  { stepCount, randomOrderCount, seed, removal }: FaithfulnessRequest,
  maps: readonly Float32Array[],
  context: WorkContext,
): Promise<ReturnType<typeof measureOrder>[]> {
  const patchCount = trace.tokenCount - trace.specialTokens.length;
  const random = createRandom(seed);
  const ends = askAboutEnds(patchCount);
  const asked = [
    ...maps.map((values) => askAboutOrder(rankOrder(values), stepCount, ends.shared)),
    ...Array.from({ length: randomOrderCount }, () =>
      askAboutRandomOrder(shuffledIndices(patchCount, random), stepCount, ends.shared),
    ),
  ];
  const questions = [...ends.questions, ...asked.flatMap((order) => order.questions)];
  await trace.model.use(async (model) => {
    const picture = new MaskedPicture(model, trace, target, removal);
    try {
      const answers = await picture.answers(
        questions.map(({ kept }) => kept),
        new Steps(context, questions.length),
      );
      for (const [index, { take }] of questions.entries()) take(answers[index] ?? Number.NaN);
    } finally {
      picture.dispose();
    }
  });
  return asked.map(({ answers }) => measureOrder(answers, patchCount, stepCount));
}

/** All patches, and none: the same for every order. */
function askAboutEnds(patchCount: number): {
  readonly questions: readonly Question[];
  readonly shared: SharedAnswers;
} {
  let [whole, none] = [Number.NaN, Number.NaN];
  return {
    questions: [
      {
        kept: Int32Array.from({ length: patchCount }, (_, patch) => patch),
        take: (probability) => (whole = probability),
      },
      { kept: new Int32Array(0), take: (probability) => (none = probability) },
    ],
    shared: { whole: () => whole, none: () => none },
  };
}

/** What a map says of each patch for its query. */
async function patchesOf(
  { request, query }: MeasuredMap,
  trace: VisionTrace,
  applyLens: ApplyLens,
): Promise<Float32Array> {
  const { queryCount, keyCount, values } = await applyLens(request);
  const { tokenCount } = trace;
  if ((queryCount !== 1 && queryCount !== tokenCount) || keyCount !== tokenCount)
    fail('bad-request', 'This map says nothing of single patches.', `${queryCount} × ${keyCount}`);
  // One row is the map of every query.
  const start = queryCount === 1 ? 0 : query * keyCount;
  return values.slice(start + trace.specialTokens.length, start + keyCount);
}

function check(request: FaithfulnessRequest, trace: VisionTrace, patchCount: number): void {
  const { run, maps, stepCount, randomOrderCount, seed } = request;
  checkCount('steps', stepCount, 1, patchCount);
  checkCount('random orders', randomOrderCount, 0, LARGEST.randomOrders);
  checkCount('maps', maps.length, 0, LARGEST.maps);
  if (!(Number.isInteger(seed) && seed >= 0 && seed <= LARGEST.seed))
    fail('bad-request', 'The seed of random orders must be a whole number.', `seed: ${seed}`);
  for (const map of maps) {
    if (map.request.run !== run)
      fail('bad-request', 'A map of another run cannot be measured.', `run ${map.request.run}`);
    trace.checkToken(map.query);
  }
}

function checkCount(what: string, count: number, least: number, most: number): void {
  if (!(Number.isInteger(count) && count >= least && count <= most))
    fail('bad-request', `There must be ${least} to ${most} ${what}.`, `${what}: ${count}`);
}
