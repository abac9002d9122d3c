// Alignment error rate of every cross-attention head of a translation model, by Heed's own engine in
// a real browser: npm run eval:alignment -- --model ID --source FILE --target FILE --gold FILE.wa
import { readParallelLines, readText } from './lines.mjs';
import { alignmentUsage, parseAlignmentOptions } from './text-options.mjs';
import { runCommand, tellRefused, valueOf, withTranslationModel } from './translation-page.mjs';

await runCommand(async () => {
  const options = parseAlignmentOptions(process.argv.slice(2));
  if (options === null) {
    console.error(alignmentUsage);
    return;
  }
  const { source, target, gold, sourceSide, limit } = options;
  const [sourceLines = [], targetLines = []] = readParallelLines([source, target]);
  const files = {
    sourceLines,
    targetLines,
    gold: readText(gold),
    sourceSide,
    limit: Math.min(limit, sourceLines.length),
  };
  await withTranslationModel(options, async (page, { modelName, backendName }) => {
    const result = valueOf(
      await page.evaluate((files) => evaluation.translation.align(files), files),
    );
    tellRefused(result, 'count as without links');
    if (result.frenchSpelling === 'expanded-french')
      console.error('French elisions and contractions are spelled out, and were contracted.');
    if (result.strayLinkCount > 0)
      console.error(
        `${result.strayLinkCount} links of sentences behind the last line are left out.`,
      );
    const { aer, precision, recall, ...best } = result.best;
    const { perHead, baseline, sentences } = result;
    console.log(
      JSON.stringify({
        model: modelName,
        sentences,
        aer,
        precision,
        recall,
        best,
        perHead,
        baseline: { name: 'diagonal', ...baseline },
        backend: backendName,
      }),
    );
  });
});
