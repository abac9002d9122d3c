// What a scenario gets and gives back. Each scenario is one file of `scenarios`.

/**
 * @typedef {import('./probe.d.ts').LongTask} LongTask
 * @typedef {import('./probe.d.ts').Measured} Measured
 */

/**
 * @typedef {object} Measurement
 * @property {string} what
 * @property {number[]} samples milliseconds
 * @property {number | null} goal milliseconds, for the middle of the samples
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
  #samples = [];
  /** @type {LongTask[]} */
  #longTasks = [];
  #what;
  #goal;

  /**
   * @param {string} what
   * @param {number | null} goal
   */
  constructor(what, goal = null) {
    this.#what = what;
    this.#goal = goal;
  }

  /**
   * @param {number} milliseconds
   * @param {Measured} measured
   */
  add(milliseconds, { longTasks }) {
    this.#samples.push(milliseconds);
    this.#longTasks.push(...longTasks);
  }

  get count() {
    return this.#samples.length;
  }

  /** @returns {Measurement} */
  get measurement() {
    return {
      what: this.#what,
      samples: this.#samples,
      goal: this.#goal,
      longTasks: this.#longTasks,
    };
  }
}

/**
 * When a view had been painted for the last time.
 * @param {Measured} measured
 * @param {string} view
 * @throws Error if it was not
 */
export function paintedMs({ views }, view) {
  const found = views.find((painted) => painted.view === view);
  if (found === undefined || !Number.isFinite(found.paintedMs)) {
    const names = views.map((painted) => painted.view).join(', ');
    throw new Error(`The view “${view}” was not painted; painted: ${names || 'nothing'}.`);
  }
  return found.paintedMs;
}
