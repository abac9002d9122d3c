import { TileJob, type TileLook, type TilePlace } from './tile-job.ts';

/** The level whose cells are at least one pixel large, so that none is skipped in drawing. */
export function levelFor(cell: number): number {
  return cell >= 1 ? 0 : Math.ceil(-Math.log2(cell));
}

/**
 * What is spent at once, in cells read: one or two milliseconds. It makes a matrix of 257 tokens; one
 * of 2,305 has five million cells and appears tile by tile, in about twenty frames.
 */
const costAtOnce = 300_000;

/**
 * Coloured pieces of the matrix at full size and at halves of it, each made when it is first wanted,
 * and a bit at a time, so that no frame waits for them.
 */
export class MatrixTiles {
  readonly look: TileLook;
  readonly #costAtOnce: number;
  readonly #made = new Map<string, OffscreenCanvas>();
  readonly #begun = new Map<string, TileJob>();
  /** In the order in which they are made. */
  #wanted: TilePlace[] = [];
  #left = 0;

  /** @param cost spent at once; Infinity makes every tile when it is wanted */
  constructor(look: TileLook, cost = costAtOnce) {
    this.look = look;
    this.#costAtOnce = cost;
  }

  /** Begins a drawing: what the one before wanted is no longer wanted. */
  begin(): void {
    this.#wanted = [];
    // What is in the making has a share of each frame already.
    this.#left = this.#begun.size > 0 ? 0 : this.#costAtOnce;
  }

  /** Whether everything is there that the last drawing wanted. */
  get isComplete(): boolean {
    return this.#wanted.length === 0;
  }

  /** A tile; null if there was no time to make it: it is wanted from then on. */
  tile(place: TilePlace): OffscreenCanvas | null {
    const made = this.made(place);
    if (made) return made;
    if (this.#left > 0) this.#left -= this.#make(place, this.#left);
    const now = this.made(place);
    if (!now) this.#wanted.push(place);
    return now;
  }

  /** A tile that was made before, if it was. */
  made(place: TilePlace): OffscreenCanvas | null {
    return this.#made.get(nameOf(place)) ?? null;
  }

  /**
   * Makes as much of what is wanted as may be made at once.
   * @returns whether a tile was finished
   */
  work(): boolean {
    let left = this.#costAtOnce;
    const before = this.#wanted.length;
    while (left > 0) {
      const [place] = this.#wanted;
      if (!place) break;
      left -= this.#make(place, left);
      if (this.made(place)) this.#wanted.shift();
    }
    return this.#wanted.length < before;
  }

  #make(place: TilePlace, cost: number): number {
    const name = nameOf(place);
    const job = this.#begun.get(name) ?? new TileJob(place, this.look);
    const spent = job.work(cost);
    if (job.isDone) {
      this.#begun.delete(name);
      this.#made.set(name, job.canvas);
    } else this.#begun.set(name, job);
    return spent;
  }
}

function nameOf({ level, row, column }: TilePlace): string {
  return `${level} ${row} ${column}`;
}
