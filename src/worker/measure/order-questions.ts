/** Which sets of patches a model must be asked about to measure an order. */
import { countsAsked, type OrderAnswers } from '../../math/faithfulness-curves.ts';

/** A set of patches to keep, and where its answer goes. */
export interface Question {
  /** In rising order. */
  readonly kept: Int32Array;
  readonly take: (probability: number) => void;
}

/** The questions about one order of patches, and its answers once all have been asked. */
export interface AskedOrder {
  readonly questions: readonly Question[];
  readonly answers: OrderAnswers;
}

/** The answers that all orders share. */
export interface SharedAnswers {
  /** With all patches. */
  readonly whole: () => number;
  /** With none. */
  readonly none: () => number;
}

/** @param order all patches, the most important first */
export function askAboutOrder(
  order: readonly number[],
  stepCount: number,
  shared: SharedAnswers,
): AskedOrder {
  const without = new Map<number, number>();
  const withOnly = new Map<number, number>();
  const questions = countsAsked(order.length, stepCount).flatMap((count) => [
    question(order.slice(count), without, count),
    question(order.slice(0, count), withOnly, count),
  ]);
  return { questions, answers: answersFrom(without, withOnly, order.length, shared) };
}

/**
 * A random order takes half the questions: what is asked when it is deleted also answers for the
 * insertion of the reversed order, which is as random. So its curves are those of two orders, and
 * each other's mirror image where the steps are even: good for the mean over many, not for comparing
 * deletion with insertion of one.
 * @param order all patches
 */
export function askAboutRandomOrder(
  order: readonly number[],
  stepCount: number,
  shared: SharedAnswers,
): AskedOrder {
  const counts = countsAsked(order.length, stepCount);
  const removed = new Set(counts.flatMap((count) => [count, order.length - count]));
  const without = new Map<number, number>();
  const questions = [...removed].map((count) => question(order.slice(count), without, count));
  const withOnly = { get: (count: number) => without.get(order.length - count) };
  return { questions, answers: answersFrom(without, withOnly, order.length, shared) };
}

type Answers = Pick<ReadonlyMap<number, number>, 'get'>;

function question(kept: readonly number[], answers: Map<number, number>, count: number): Question {
  return {
    kept: Int32Array.from(kept).toSorted(),
    take: (probability) => answers.set(count, probability),
  };
}

function answersFrom(
  without: Answers,
  withOnly: Answers,
  patchCount: number,
  { whole, none }: SharedAnswers,
): OrderAnswers {
  const read = (answers: Answers, count: number): number => {
    const answer = answers.get(count);
    if (answer === undefined) throw new RangeError(`Nothing was asked about ${count} patches.`);
    return answer;
  };
  return {
    without: (count) =>
      count === 0 ? whole() : count === patchCount ? none() : read(without, count),
    withOnly: (count) =>
      count === 0 ? none() : count === patchCount ? whole() : read(withOnly, count),
  };
}
