// The pointer moves over the alignment of a pair of long sentences.
import { Samples } from '../scenario.mjs';
import {
  alignment,
  countTokens,
  longSentence,
  openTranslation,
  translate,
} from '../translation-page.mjs';

/** @type {import('../scenario.mjs').Scenario} */
export const hover = {
  name: 'hover',
  run: async (bench) => {
    const page = await bench.openPage();
    await openTranslation(page, bench);
    await translate(page, longSentence);
    const queryCount = await countTokens(page, 'Target tokens');
    const keyCount = await countTokens(page, 'Source tokens');
    const surface = page.getByRole('img', { name: alignment });
    await surface.scrollIntoViewIfNeeded();
    const box = await surface.boundingBox();
    if (box === null) throw new Error('The alignment matrix is not seen.');
    const samples = new Samples(
      `Hover over an alignment of ${queryCount} × ${keyCount} tokens`,
      alignment,
      8,
      'drawn',
    );
    const wanted = bench.short ? 30 : 100;
    for (let count = 0; count < wanted; count += 1) {
      // Another cell each time, in the part that is not names.
      const x = box.x + box.width * (0.4 + 0.55 * ((count * 0.37) % 1));
      const y = box.y + box.height * (0.4 + 0.55 * ((count * 0.61) % 1));
      await page.evaluate(() => probe.expect('pointermove'));
      await page.mouse.move(x, y);
      const measured = await page.evaluate((view) => probe.whenPainted([view]), alignment);
      samples.add(measured);
    }
    return [samples.measurement];
  },
};
