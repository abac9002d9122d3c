import type { LensMap, LensOptions, LensRequest, VisionModelInfo } from '../../engine/protocol.ts';
import type { LensView } from './state.ts';

/** What the lens's options are when the person changed none. */
export function initialOptions(model: VisionModelInfo, lens: LensView['lens']): LensOptions {
  const description = model.lenses.find(({ id }) => id === lens);
  return Object.fromEntries(
    (description?.parameters ?? []).map(({ key, initial }) => [key, initial]),
  );
}

/**
 * The request for the map of a view, with every option filled in.
 * @param target index of the label to explain, or null for the run's best
 */
export function lensRequest(
  model: VisionModelInfo,
  run: number,
  view: LensView,
  target: number | null,
): LensRequest {
  const { lens, layer, head } = view;
  const options = { ...initialOptions(model, lens), ...view.options[lens] };
  return { run, lens, layer, head, target, options };
}

/** Equal for requests with equal maps. */
export function matrixKey(model: VisionModelInfo, request: LensRequest): string {
  const description = model.lenses.find(({ id }) => id === request.lens);
  const { run, lens, layer, head, target, options } = request;
  return JSON.stringify([
    run,
    lens,
    description?.usesLayer ? layer : null,
    description?.usesHead ? head : null,
    description?.usesTarget ? target : null,
    options,
  ]);
}

/** Keeps the most recently used matrices up to a number of bytes. */
export class MatrixCache {
  readonly #entries = new Map<string, LensMap>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes = 64 * 2 ** 20) {
    this.#maxBytes = maxBytes;
  }

  get(key: string): LensMap | undefined {
    const matrix = this.#entries.get(key);
    if (matrix) {
      this.#entries.delete(key);
      this.#entries.set(key, matrix);
    }
    return matrix;
  }

  set(key: string, matrix: LensMap): void {
    this.#remove(key);
    this.#entries.set(key, matrix);
    this.#bytes += matrix.values.byteLength;
    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.#maxBytes || oldest === key) break;
      this.#remove(oldest);
    }
  }

  clear(): void {
    this.#entries.clear();
    this.#bytes = 0;
  }

  #remove(key: string): void {
    this.#bytes -= this.#entries.get(key)?.values.byteLength ?? 0;
    this.#entries.delete(key);
  }
}
