// What a scenario gets and gives back. Each scenario is one file of `scenarios`.

/**
 * @typedef {import('./probe.d.ts').LongTask} LongTask
 * @typedef {import('./probe.d.ts').Measured} Measured
 */

/**
 * @typedef {object} Measurement
 * @property {string} what
 * @property {number[]} samples milliseconds to the end of the frame that shows it
 * @property {number[]} drawn milliseconds to the last drawing command, without the wait for a frame
 * @property {number | null} goal milliseconds, for the middle of what it is for
 * @property {'painted' | 'drawn'} goalFor
 * @property {LongTask[]} longTasks
 */

/**
 * @typedef {object} Bench
 * @property {string} address of the production build, with a slash at its end
 * @property {string} search `?backend=…` or nothing
 * @property {string} executablePath of the browser
 * @property {boolean} short fewer samples
 * @property {() => Promise<import('@playwright/test').Page>} openPage a fresh page with the probe,
 *   at no address; it is closed after the scenario
 * @property {Set<string>} backends filled by the scenarios with what the page says it runs on
 */

/**
 * @typedef {object} Scenario
 * @property {string} name for `--only`
 * @property {(bench: Bench) => Promise<Measurement[]>} run
 */

/** Gathers the samples of one kind. */
export class Samples {
  /** @type {number[]} */
  #painted = [];
  /** @type {number[]} */
  #drawn = [];
  /** @type {LongTask[]} */
  #longTasks = [];
  #what;
  #view;
  #goal;
  #goalFor;

  /**
   * @param {string} what
   * @param {string} view accessible name of the view that is waited for
   * @param {number | null} goal
   * @param {Measurement['goalFor']} goalFor
   */
  constructor(what, view, goal = null, goalFor = 'painted') {
    this.#what = what;
    this.#view = view;
    this.#goal = goal;
    this.#goalFor = goalFor;
  }

  /**
   * @param {Measured} measured
   * @throws Error if the view was not painted
   */
  add({ views, longTasks }) {
    const found = views.find(({ view }) => view === this.#view);
    if (found === undefined || !Number.isFinite(found.paintedMs)) {
      const names = views.map(({ view }) => view).join(', ');
      throw new Error(`The view “${this.#view}” was not painted; painted: ${names || 'nothing'}.`);
    }
    this.#painted.push(found.paintedMs);
    this.#drawn.push(found.drawnMs);
    this.#longTasks.push(...longTasks);
  }

  /** @returns {Measurement} */
  get measurement() {
    return {
      what: this.#what,
      samples: this.#painted,
      drawn: this.#drawn,
      goal: this.#goal,
      goalFor: this.#goalFor,
      longTasks: this.#longTasks,
    };
  }
}
