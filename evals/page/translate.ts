import type { Engine } from '../../src/engine/client.ts';
import { EngineError } from '../../src/engine/errors.ts';
import type { SentenceResult } from '../../src/engine/translation-protocol.ts';
import { bleuSignature, corpusBleu } from '../../src/math/bleu.ts';
import { InputError } from './answer.ts';
import type { ReportProgress } from './progress.ts';

export interface TranslationJob {
  /** A sentence a line. */
  readonly lines: readonly string[];
  /** Of each line one or several. */
  readonly references: readonly (readonly string[])[];
  /** The checkpoint's own number where absent. */
  readonly beamCount: number | null;
}

export interface TranslationResult {
  /** Without line ends; empty for a blank line and for one that the model can't take. */
  readonly hypotheses: readonly string[];
  readonly beamCount: number;
  readonly bleu: number;
  readonly signature: string;
  /** Of the hypotheses, their ends counted. */
  readonly tokenCount: number;
  /** From each line's text to its translation. */
  readonly ms: number;
  /** Of the lines that the model could not take: the first few, and how many. */
  readonly refused: readonly string[];
  readonly refusedCount: number;
}

const toldRefusals = 10;

/** A line's sentence, or its parts where it is too long for the model; or why there are none. */
async function translateLine(
  engine: Engine,
  model: string,
  text: string,
  beamCount: number,
): Promise<readonly SentenceResult[] | string> {
  try {
    const slot = 'main';
    const args = { model, text, beamCount, slot, isOneSentence: true, isQuiet: true } as const;
    return (await engine.call('translate', args)).sentences;
  } catch (error) {
    if (error instanceof EngineError && error.failure.code === 'text-invalid')
      return error.failure.message;
    throw error;
  }
}

/**
 * Translates each line as one sentence and scores them all.
 * @throws InputError if the model can take no line; EngineError for a failure that is not a line's
 */
export async function translate(
  engine: Engine,
  model: string,
  job: TranslationJob & { readonly beamCount: number },
  report: ReportProgress,
): Promise<TranslationResult> {
  const { lines, references, beamCount } = job;
  const hypotheses: string[] = [];
  const refusals: string[] = [];
  let tokenCount = 0;
  let ms = 0;
  for (const [number, line] of lines.entries()) {
    const begin = performance.now();
    const sentences = line.trim() === '' ? [] : await translateLine(engine, model, line, beamCount);
    ms += performance.now() - begin;
    if (typeof sentences === 'string') refusals.push(`Line ${number + 1}: ${sentences}`);
    const targets =
      typeof sentences === 'string'
        ? []
        : sentences.flatMap(({ hypotheses: [best] }) => best?.target ?? []);
    tokenCount += targets.reduce((sum, { ids }) => sum + ids.length, 0);
    const text = targets.map((target) => target.text).join(' ');
    // What is written a line each is what is scored.
    hypotheses.push(text.replaceAll(/[\n\r]+/g, ' '));
    report(number + 1, lines.length);
  }
  if (tokenCount === 0)
    throw new InputError(refusals[0] ?? 'The source has nothing but blank lines.');
  return {
    hypotheses,
    beamCount,
    bleu: corpusBleu(hypotheses, references).score,
    signature: bleuSignature(references[0]?.length ?? 1),
    tokenCount,
    ms,
    refused: refusals.slice(0, toldRefusals),
    refusedCount: refusals.length,
  };
}
