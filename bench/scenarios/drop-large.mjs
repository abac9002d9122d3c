// A photograph as a camera makes it, of twelve million pixels, is dropped on the page.
import { Samples } from '../scenario.mjs';
import { dropPicture, dropTransfer, dropped, openVision, overlay } from '../vision-page.mjs';

const width = 4000;
const height = 3000;

/**
 * Draws a sample large and saves it as a JPEG, so that the repository need not hold one. A different
 * sample each time: nothing of the one before can be used again.
 * @param {import('@playwright/test').Page} page
 * @param {string} sample
 */
function transferOf(page, sample) {
  return page.evaluateHandle(
    async ({ address, width, height }) => {
      const response = await fetch(address);
      const picture = await createImageBitmap(await response.blob());
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d')?.drawImage(picture, 0, 0, width, height);
      const blob = await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
      const transfer = new DataTransfer();
      transfer.items.add(new File([blob], 'camera.jpg', { type: 'image/jpeg' }));
      return transfer;
    },
    { address: `samples/${sample}.jpg`, width, height },
  );
}

/** @type {import('../scenario.mjs').Scenario} */
export const dropLarge = {
  name: 'drop-large',
  run: async (bench) => {
    const page = await bench.openPage();
    await openVision(page, bench);
    await dropPicture(page, 'cat');
    const samples = new Samples('Drop of 12 megapixels to painted overlay, warm', overlay);
    for (const sample of bench.short ? dropped.slice(0, 3) : dropped) {
      samples.add(await dropTransfer(page, await transferOf(page, sample)));
    }
    return [samples.measurement];
  },
};
