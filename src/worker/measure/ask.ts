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

  /**
   * @param count how many steps were done at once
   * @throws what the signal was aborted with
   */
  async next(count = 1): Promise<void> {
    this.#done += count;
    this.#context.onProgress({ stage: 'lens', done: this.#done, total: this.#total });
    await nextTurn();
    this.#context.signal.throwIfAborted();
  }
}

/** So many batches' answers are read in one piece, since each read-back waits for the device. */
const READ_AT_ONCE = 16;

/**
 * Asks one batch of questions after the other, a step for each question.
 * @param ask answers a batch, [question, number], with as many numbers for every question
 * @returns each question's numbers, in the order of the batches
 * @throws what `ask` and the steps throw; no answer stays on the device then
 */
export async function askAll<Question>(
  batches: readonly (readonly Question[])[],
  ask: (batch: readonly Question[]) => tf.Tensor2D,
  steps: Steps,
): Promise<Float32Array[]> {
  const values: Float32Array[] = [];
  for (let start = 0; start < batches.length; start += READ_AT_ONCE) {
    const answers: tf.Tensor2D[] = [];
    try {
      for (const batch of batches.slice(start, start + READ_AT_ONCE)) {
        answers.push(ask(batch));
        await steps.next(batch.length);
      }
      values.push(...(await readRows(answers)));
    } finally {
      dispose(answers);
    }
  }
  return values;
}

async function readRows(answers: readonly tf.Tensor2D[]): Promise<Float32Array[]> {
  const together = tf.concat2d([...answers], 0);
  try {
    const [rowCount, length] = together.shape;
    const all = await readFloats(together);
    return Array.from({ length: rowCount }, (_, row) =>
      all.slice(row * length, (row + 1) * length),
    );
  } finally {
    together.dispose();
  }
}
