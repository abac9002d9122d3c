/** Many questions to a model, one after the other, with the page's messages let in between. */
import * as tf from '@tensorflow/tfjs-core';

import type { WorkContext } from '../call-context.ts';
import { dispose } from '../kernels/tensors.ts';
import { nextTurn } from '../next-turn.ts';
import { readFloats } from '../read-back.ts';

/** Counts what is done, tells it, and ends the work when the page has cancelled it. */
export class Steps {
  readonly #context: WorkContext;
  readonly #total: number;
  #done = 0;

  constructor(context: WorkContext, total: number) {
    this.#context = context;
    this.#total = total;
    context.onProgress({ stage: 'lens', done: 0, total });
  }

  /** @throws what the signal was aborted with */
  async next(): Promise<void> {
    this.#done += 1;
    this.#context.onProgress({ stage: 'lens', done: this.#done, total: this.#total });
    await nextTurn();
    this.#context.signal.throwIfAborted();
  }
}

/** So many answers are read in one piece, since each read-back waits for the device. */
const READ_AT_ONCE = 16;

/**
 * Asks one question after the other, a step each.
 * @param ask makes an answer, [number], of the same length for every question
 * @returns [question, number]
 * @throws what `ask` and the steps throw; no answer stays on the device then
 */
export async function askAll<Question>(
  questions: readonly Question[],
  ask: (question: Question) => tf.Tensor1D,
  steps: Steps,
): Promise<Float32Array[]> {
  const values: Float32Array[] = [];
  for (let start = 0; start < questions.length; start += READ_AT_ONCE) {
    const answers: tf.Tensor1D[] = [];
    try {
      for (const question of questions.slice(start, start + READ_AT_ONCE)) {
        answers.push(ask(question));
        await steps.next();
      }
      values.push(...(await readTogether(answers)));
    } finally {
      dispose(answers);
    }
  }
  return values;
}

async function readTogether(answers: readonly tf.Tensor1D[]): Promise<Float32Array[]> {
  const together = tf.concat1d([...answers]);
  try {
    const all = await readFloats(together);
    const length = all.length / answers.length;
    return answers.map((_, index) => all.slice(index * length, (index + 1) * length));
  } finally {
    together.dispose();
  }
}
