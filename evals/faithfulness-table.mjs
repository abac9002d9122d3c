// Collects what was measured on each picture, and makes the lines of the result.
import { meanOf, pairedDifference } from './paired.mjs';

/**
 * @typedef {import('./page/measure-maps.ts').Figures} Figures
 * @typedef {import('./page/measure-maps.ts').Measured} Measured
 * @typedef {Exclude<Measured, { unreadable: string }>} MeasuredPicture
 */

/** For each figure, whether much of it is good. */
const isMuchGood = /** @type {const} */ ({
  deletion: false,
  insertion: true,
  comprehensiveness: true,
  sufficiency: false,
});

const figureNames = /** @type {(keyof typeof isMuchGood)[]} */ (Object.keys(isMuchGood));

/** @param {number | null} value */
const rounded = (value) => (value === null ? null : Math.round(1e5 * value) / 1e5);

export class FaithfulnessTable {
  #lenses;
  /** @type {MeasuredPicture[]} */
  #pictures = [];

  /** @param {readonly string[]} lenses in the order of every picture's maps */
  constructor(lenses) {
    this.#lenses = lenses;
  }

  get images() {
    return this.#pictures.length;
  }

  /** @param {MeasuredPicture} picture */
  add(picture) {
    if (picture.maps.length !== this.#lenses.length)
      throw new Error(`${picture.maps.length} maps of ${this.#lenses.length} lenses`);
    this.#pictures.push(picture);
  }

  /** One for each lens, then one for the random orders. */
  lines() {
    const random = this.#pictures.map((picture) => picture.random);
    const ofLenses = this.#lenses.map((lens, index) => {
      const maps = this.#pictures.flatMap(({ maps }) => maps[index] ?? []);
      const taus = maps.flatMap(({ tau }) => tau ?? []);
      const { mean, error } = meanOf(taus);
      return {
        lens,
        images: maps.length,
        ...means(maps),
        tau: rounded(mean),
        tauError: rounded(error),
        tauImages: taus.length,
        overRandom: overRandom(maps, random),
      };
    });
    return [...ofLenses, { lens: 'random orders', images: random.length, ...means(random) }];
  }
}

/**
 * @param {readonly Figures[]} all
 * @returns {Record<string, number | null>} each figure's mean and standard error
 */
function means(all) {
  return Object.fromEntries(
    figureNames.flatMap((name) => {
      const { mean, error } = meanOf(all.map((figures) => figures[name]));
      return [
        [name, rounded(mean)],
        [`${name}Error`, rounded(error)],
      ];
    }),
  );
}

/**
 * The differences to the random orders on the same pictures. A lens beats them in a figure where the
 * whole interval is on the good side of 0.
 * @param {readonly Figures[]} maps
 * @param {readonly Figures[]} random
 */
function overRandom(maps, random) {
  return Object.fromEntries(
    figureNames.map((name) => {
      const { difference, low, high } = pairedDifference(
        maps.map((figures) => figures[name]),
        random.map((figures) => figures[name]),
      );
      const beats = isMuchGood[name] ? low !== null && low > 0 : high !== null && high < 0;
      const interval = { difference: rounded(difference), low: rounded(low), high: rounded(high) };
      return [name, { ...interval, beats }];
    }),
  );
}
