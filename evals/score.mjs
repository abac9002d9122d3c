// Counts what was right.

/** @typedef {import('./page/classify.ts').Outcome} Outcome */

export class Score {
  images = 0;
  unreadable = 0;
  #top1 = 0;
  #top5 = 0;

  /**
   * @param {number} label what the image shows
   * @param {Outcome} outcome a file that could not be read counts as wrong
   */
  add(label, outcome) {
    this.images += 1;
    if ('unreadable' in outcome) {
      this.unreadable += 1;
      return;
    }
    if (outcome.labels[0] === label) this.#top1 += 1;
    if (outcome.labels.slice(0, 5).includes(label)) this.#top5 += 1;
  }

  get top1() {
    return percent(this.#top1, this.images);
  }

  get top5() {
    return percent(this.#top5, this.images);
  }
}

/**
 * To two decimals.
 * @param {number} part
 * @param {number} whole
 */
function percent(part, whole) {
  return Math.round((1e4 * part) / whole) / 100;
}
