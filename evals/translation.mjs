// BLEU of a translation model on plain text, by Heed's own engine in a real browser:
// npm run eval:translation -- --model ID --source FILE --reference FILE [--beam N] [--limit N]
import { writeFileSync } from 'node:fs';
import { readParallelLines } from './lines.mjs';
import { UsageError } from './options.mjs';
import { parseTranslationOptions, translationUsage } from './text-options.mjs';
import { runCommand, tellRefused, valueOf, withTranslationModel } from './translation-page.mjs';

/**
 * @param {string} path
 * @param {readonly string[]} lines
 */
function writeLines(path, lines) {
  try {
    writeFileSync(path, lines.map((line) => `${line}\n`).join(''));
  } catch (error) {
    throw new UsageError(`--out: ${error instanceof Error ? error.message : error}.`);
  }
}

await runCommand(async () => {
  const options = parseTranslationOptions(process.argv.slice(2));
  if (options === null) {
    console.error(translationUsage);
    return;
  }
  const { source, references, beamCount, limit, out } = options;
  const [lines = [], ...columns] = readParallelLines([source, ...references]).map((all) =>
    all.slice(0, limit),
  );
  // Before hours of work: a place that can't be written is known at once.
  if (out !== null) writeLines(out, []);
  const job = {
    lines,
    references: lines.map((_, line) => columns.map((column) => column[line] ?? '')),
    beamCount,
  };
  await withTranslationModel(options, async (page, { modelName, backendName }) => {
    const result = valueOf(
      await page.evaluate((job) => evaluation.translation.translate(job), job),
    );
    tellRefused(result, 'count as translated into nothing');
    if (out !== null) writeLines(out, result.hypotheses);
    console.log(
      JSON.stringify({
        model: modelName,
        sentences: lines.length,
        bleu: Math.round(100 * result.bleu) / 100,
        tokensPerSecond: Math.round((1e4 * result.tokenCount) / result.ms) / 10,
        backend: backendName,
        beam: result.beamCount,
        signature: result.signature,
      }),
    );
  });
});
