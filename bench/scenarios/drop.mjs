// A picture is dropped on the page, and its attention is seen.
import { Samples } from '../scenario.mjs';
import { dropped, dropPicture, openVision, overlay } from '../vision-page.mjs';

/** Drops whose times don't count. */
const warmUpCount = 3;

/** @type {import('../scenario.mjs').Scenario} */
export const drop = {
  name: 'drop',
  run: async (bench) => {
    const page = await bench.openPage();
    await openVision(page, bench);
    const samples = new Samples('Drop to painted overlay, warm', overlay, 150);
    const wanted = bench.short ? 20 : 40;
    for (let count = -warmUpCount; count < wanted; count += 1) {
      const name = dropped[(count + warmUpCount) % dropped.length] ?? '';
      const measured = await dropPicture(page, name);
      if (count >= 0) samples.add(measured);
    }
    return [samples.measurement];
  },
};
