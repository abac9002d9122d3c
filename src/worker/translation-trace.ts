import { fail } from './failure.ts';
import { stepsOf, type Hypothesis, type Step } from './decoding/hypothesis.ts';
import type {
  AttentionRows,
  EncodedSource,
  TranslationModelShape,
} from './models/translation-model.ts';
import type { TokenizedText } from './text/tokenizer.ts';

export type TranslationStack = 'encoder' | 'decoder' | 'cross';

/** Every head's matrix of one layer. */
export interface LayerAttention {
  readonly headCount: number;
  readonly queryCount: number;
  readonly keyCount: number;
  /** [head, query, key]; rows sum to 1. */
  readonly values: Float32Array<ArrayBuffer>;
}

/** A hypothesis and the text it makes. */
export interface TracedHypothesis extends Hypothesis<AttentionRows> {
  readonly steps: readonly Step<AttentionRows>[];
  readonly target: TokenizedText;
}

/**
 * All that a translated sentence left. The encoder's attention stays on the device until it is
 * asked for, and the source can be decoded again; both live until `dispose`.
 *
 * Queries of the cross and decoder stacks are counted by what they *predicted*: row t belongs to the
 * state that predicted target token t. That state had read the start token and target tokens 0 to
 * t - 1; the state that *reads* token t is the next row. Keys of the decoder stack are what was read:
 * key 0 is the start token, key j is target token j - 1, and above the diagonal weights are 0.
 */
export class SentenceTrace {
  readonly source: TokenizedText;
  readonly encoded: EncodedSource;
  readonly hypotheses: readonly TracedHypothesis[];
  readonly #shape: TranslationModelShape;
  readonly #encoderLayers = new Map<number, Promise<Float32Array>>();

  /** The encoded source is the trace's from here on. */
  constructor(
    shape: TranslationModelShape,
    source: TokenizedText,
    encoded: EncodedSource,
    hypotheses: readonly TracedHypothesis[],
  ) {
    this.#shape = shape;
    this.source = source;
    this.encoded = encoded;
    this.hypotheses = hypotheses;
  }

  /**
   * Every head's matrix of one layer, in an array of the caller's own.
   * @throws HeedFailure `bad-request` if the model has no such stack or layer, or there is no such
   *   hypothesis
   */
  async readLayer(
    stack: TranslationStack,
    layer: number,
    hypothesis: number,
  ): Promise<LayerAttention> {
    const { layerCount, headCount } = this.stack(stack);
    if (!isIndex(layer, layerCount)) outside('layer', layer, layerCount);
    const sourceCount = this.encoded.tokenCount;
    if (stack === 'encoder') {
      const values = new Float32Array(await this.#readEncoder(layer));
      return { headCount, queryCount: sourceCount, keyCount: sourceCount, values };
    }
    const rows = this.#rows(stack, hypothesis);
    const keyCount = stack === 'cross' ? sourceCount : rows.length;
    const values = new Float32Array(headCount * rows.length * keyCount);
    for (const [query, row] of rows.entries()) {
      const length = row.length / (layerCount * headCount);
      for (let head = 0; head < headCount; head += 1) {
        const start = (layer * headCount + head) * length;
        values.set(row.subarray(start, start + length), (head * rows.length + query) * keyCount);
      }
    }
    return { headCount, queryCount: rows.length, keyCount, values };
  }

  /**
   * One query's row in every layer and head: [layer, head, key], in an array of the caller's own.
   * Keys that a decoder's query cannot see are 0.
   * @throws HeedFailure `bad-request` as `readLayer`, or if there is no such query
   */
  async readQuery(
    stack: TranslationStack,
    query: number,
    hypothesis: number,
  ): Promise<Float32Array<ArrayBuffer>> {
    const { layerCount, headCount } = this.stack(stack);
    const rowCount = layerCount * headCount;
    if (stack === 'encoder') {
      const { tokenCount } = this.encoded;
      if (!isIndex(query, tokenCount)) outside('token', query, tokenCount);
      const layers = await Promise.all(
        Array.from({ length: layerCount }, (_, layer) => this.#readEncoder(layer)),
      );
      const values = new Float32Array(rowCount * tokenCount);
      for (let row = 0; row < rowCount; row += 1) {
        const start = ((row % headCount) * tokenCount + query) * tokenCount;
        const probs = layers[Math.floor(row / headCount)];
        values.set(probs?.subarray(start, start + tokenCount) ?? [], row * tokenCount);
      }
      return values;
    }
    const rows = this.#rows(stack, hypothesis);
    const own = rows[query] ?? outside('token', query, rows.length);
    if (stack === 'cross') return new Float32Array(own);
    const length = own.length / rowCount;
    const values = new Float32Array(rowCount * rows.length);
    for (let row = 0; row < rowCount; row += 1) {
      values.set(own.subarray(row * length, (row + 1) * length), row * rows.length);
    }
    return values;
  }

  dispose(): void {
    this.encoded.dispose();
  }

  /** @throws HeedFailure `bad-request` if the model has no such stack */
  stack(stack: TranslationStack): { layerCount: number; headCount: number } {
    return (
      this.#shape.stacks[stack] ?? fail('bad-request', `This model has no ${stack} self-attention.`)
    );
  }

  /** @throws HeedFailure `bad-request` if the model has no such stack or head */
  checkHead(stack: TranslationStack, head: number): void {
    const { headCount } = this.stack(stack);
    if (!isIndex(head, headCount)) outside('head', head, headCount);
  }

  #rows(stack: 'decoder' | 'cross', hypothesis: number): Float32Array[] {
    const { steps } =
      this.hypotheses[hypothesis] ?? outside('hypothesis', hypothesis, this.hypotheses.length);
    return steps.map(({ rows }) => rows[stack] ?? new Float32Array(0));
  }

  #readEncoder(layer: number): Promise<Float32Array> {
    const known = this.#encoderLayers.get(layer);
    if (known !== undefined) return known;
    const reading = this.encoded.readAttention(layer);
    this.#encoderLayers.set(layer, reading);
    // A reading that failed is tried again when it is asked for again.
    reading.catch(() => this.#encoderLayers.delete(layer));
    return reading;
  }
}

/** The sentences of one run, in the order of the text. */
export class TranslationTrace {
  readonly #sentences: SentenceTrace[];

  constructor(sentences: readonly SentenceTrace[]) {
    this.#sentences = [...sentences];
  }

  get sentences(): readonly SentenceTrace[] {
    return this.#sentences;
  }

  /**
   * Puts a sentence's new trace in the place of its old one, which is disposed of.
   * @throws HeedFailure `bad-request` if there is no such sentence; the new trace is then disposed of
   */
  replace(index: number, trace: SentenceTrace): void {
    const old = this.#sentences[index];
    if (old === undefined) {
      trace.dispose();
      outside('sentence', index, this.#sentences.length);
    }
    this.#sentences[index] = trace;
    old.dispose();
  }

  /** @throws HeedFailure `bad-request` if there is no such sentence */
  sentence(index: number): SentenceTrace {
    return this.sentences[index] ?? outside('sentence', index, this.sentences.length);
  }

  dispose(): void {
    for (const sentence of this.sentences) sentence.dispose();
  }
}

/** Puts a hypothesis together with its steps and the text it makes. */
export function traceHypothesis(
  hypothesis: Hypothesis<AttentionRows>,
  decode: (ids: readonly number[]) => TokenizedText,
): TracedHypothesis {
  const steps = stepsOf(hypothesis.last);
  return { ...hypothesis, steps, target: decode(steps.map(({ token }) => token)) };
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function outside(what: string, index: number, count: number): never {
  fail('bad-request', `There is no such ${what}.`, `${what} ${index} of ${count}`);
}
