import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test, type Page } from '@playwright/test';
import { animatedGif, hugePng, png, sampleFile, svg, type TestFile } from './support/pictures.ts';
import {
  collectFaults,
  expectRefusal,
  openVision,
  ready,
  topPrediction,
  upload,
  words,
} from './support/vision-page.ts';

const text = (name: string, content: string): TestFile => ({
  name,
  mimeType: 'image/png',
  buffer: Buffer.from(content),
});

async function openAddress(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Open an address' }).click();
  await page.getByRole('textbox', { name: 'Image address' }).fill(address);
  await page.getByRole('button', { name: 'Open', exact: true }).click();
}

test('files that are no pictures are refused in one sentence', async ({ page }) => {
  await openVision(page);
  const faults = collectFaults(page);
  const jpeg = sampleFile('coffee');
  await expectRefusal(page, text('notes.png', 'just some words'), /notes\.png.*not a picture/);
  await expectRefusal(page, text('empty.png', ''), /empty\.png.*empty/);
  await expectRefusal(
    page,
    { ...jpeg, buffer: jpeg.buffer.subarray(0, jpeg.buffer.length / 2) },
    /coffee\.jpg.*cut short/,
  );
  const dot = png('dot.png', 1, 1, 'rgb', () => [1, 2, 3]);
  await expectRefusal(page, dot, /1 × 1 pixels.*at least/);
  const broken = png('broken.png', 16, 16, 'rgb', (x) => [x, x, x]);
  broken.buffer.fill(7, 45, 60);
  await expectRefusal(page, broken, /broken\.png.*can’t be decoded/);
  expect(faults).toEqual([]);
});

test('a picture of 108 megapixels works, made smaller as it is decoded', async ({ page }) => {
  await openVision(page);
  const before = await topPrediction(page).textContent();
  await upload(page, hugePng('huge.png', 12_000, 9000));
  await expect(topPrediction(page)).not.toHaveText(before ?? '', { timeout: 60_000 });
  await expect(page.getByRole('status')).toContainText('12000 × 9000');
  await expect(page.getByRole('alert')).toHaveCount(0);
});

test('of an animated picture the first frame is taken', async ({ page }) => {
  await openVision(page);
  await upload(page, animatedGif());
  await expect(page.getByText('Your own picture')).toBeVisible();
  await ready(page);
  const colour = await page.getByRole('img', { name: 'Attention overlay' }).evaluate((overlay) => {
    const canvas = overlay.querySelector('canvas');
    const context = canvas?.getContext('2d');
    return canvas && context
      ? [...context.getImageData(canvas.width / 2, canvas.height / 2, 1, 1).data]
      : [];
  });
  expect(colour[0]).toBeGreaterThan(200);
  expect(colour[2]).toBeLessThan(60);
});

test('a script in an SVG never runs', async ({ page }) => {
  await openVision(page);
  const before = await topPrediction(page).textContent();
  await upload(
    page,
    svg(
      'script.svg',
      `<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64" onload="document.title='owned'">
        <script>document.title = 'owned'; fetch('/owned');</script>
        <rect width="64" height="64" fill="green" onclick="alert(1)"/><circle cx="32" cy="32" r="20"/>
      </svg>`,
    ),
  );
  await expect(topPrediction(page)).not.toHaveText(before ?? '');
  await ready(page);
  await expect(page).toHaveTitle(/Heed/);
  await expect(page.locator('svg script')).toHaveCount(0);
});

test('of twenty files the first is taken, and the page says so', async ({ page }) => {
  await openVision(page);
  const files = Array.from({ length: 20 }, (_, i) => ({
    ...sampleFile('dahlia'),
    name: `f${i}.jpg`,
  }));
  await upload(page, ...files);
  await expect(page.getByRole('status')).toContainText('20 files');
  await expect(page.getByRole('status')).toContainText('f0.jpg');
});

test('a file of another kind dropped on the page is refused', async ({ page }) => {
  await openVision(page);
  await page.evaluate(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(['hello'], 'hello.txt', { type: 'text/plain' }));
    dispatchEvent(new DragEvent('drop', { dataTransfer: transfer }));
  });
  await expect(page.getByRole('alert')).toContainText('hello.txt');
});

test('a picture pasted anywhere is opened', async ({ page }) => {
  await openVision(page);
  const data = [...sampleFile('coffee').buffer];
  await page.evaluate((bytes) => {
    const clipboardData = new DataTransfer();
    const file = new File([Uint8Array.from(bytes)], 'pasted.jpg', { type: 'image/jpeg' });
    clipboardData.items.add(file);
    document.body.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true }));
  }, data);
  await expect(page.getByText('Your own picture')).toBeVisible();
  await ready(page);
});

test.describe('addresses', () => {
  let server: Server;
  let origin: string;
  test.beforeAll(async () => {
    server = createServer((request, response) => {
      if (request.url === '/open.jpg') {
        response.writeHead(200, {
          'access-control-allow-origin': '*',
          'content-type': 'image/jpeg',
        });
        response.end(sampleFile('rocket').buffer);
      } else if (request.url === '/closed.jpg') {
        response.writeHead(200, { 'content-type': 'image/jpeg' });
        response.end(sampleFile('rocket').buffer);
      } else if (request.url === '/page.html') {
        response.writeHead(200, {
          'access-control-allow-origin': '*',
          'content-type': 'text/html',
        });
        response.end('<html><img src=x></html>');
      } else {
        response.writeHead(404, { 'access-control-allow-origin': '*' });
        response.end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  test.afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('a picture from an address opens', async ({ page }) => {
    await openVision(page);
    await openAddress(page, `${origin}/open.jpg`);
    await expect(page.getByText('Your own picture')).toBeVisible();
    await ready(page);
  });

  test('one that is no picture, is closed to other pages, or is not there is refused', async ({
    page,
  }) => {
    await openVision(page);
    await openAddress(page, `${origin}/page.html`);
    await expect(page.getByRole('alert')).toContainText('not a picture');
    await openAddress(page, `${origin}/closed.jpg`);
    await expect(page.getByRole('alert')).toContainText('does not let other pages');
    await openAddress(page, `${origin}/missing.jpg`);
    await expect(page.getByRole('alert')).toContainText('404');
    await openAddress(page, 'javascript:alert(1)');
    await expect(page.getByRole('alert')).toContainText('not the address of a picture');
    await expect(words(page)).toContainText('Query [CLS]');
  });
});

test('a refused camera is said, and nothing is lost', async ({ page }) => {
  await openVision(page);
  const before = await topPrediction(page).textContent();
  await page.getByRole('button', { name: 'Take a picture' }).click();
  await expect(page.getByRole('alert')).toContainText(/camera/i);
  await expect(topPrediction(page)).toHaveText(before ?? '');
});

test('a good picture after a bad one takes the alert away', async ({ page }) => {
  await openVision(page);
  await upload(page, text('notes.png', 'just some words'));
  await expect(page.getByRole('alert')).toBeVisible();
  await upload(page, sampleFile('coffee'));
  await expect(page.getByRole('alert')).toHaveCount(0);
  await ready(page);
});

test('weights cut short or with a wrong header are refused with a sentence', async ({ page }) => {
  await page.route('**/model.safetensors', async (route) => {
    const response = await route.fetch();
    const body = await response.body();
    await route.fulfill({ response, body: body.subarray(0, body.length / 2), headers: {} });
  });
  await page.goto('./?backend=wasm#/vision');
  await expect(page.getByRole('alert')).toContainText(/weights|model/i);
  await page.unroute('**/model.safetensors');
  await page.route('**/model.safetensors', (route) =>
    route.fulfill({ status: 200, body: Buffer.alloc(4096, 255) }),
  );
  await page.reload();
  await expect(page.getByRole('alert')).toContainText(/weights|header|model/i);
});

test('offline on the first visit, the page says what is missing', async ({ page }) => {
  await page.route('**/models/**', (route) => route.abort('internetdisconnected'));
  await page.goto('./?backend=wasm#/vision');
  await expect(page.getByRole('alert')).toContainText(/reach|connection|offline|network/i);
});

test('the second visit loads no weights from the network', async ({ page }) => {
  await openVision(page);
  const asked: string[] = [];
  page.on('request', (request) => {
    if (request.url().endsWith('.safetensors')) asked.push(request.url());
  });
  await page.reload();
  await ready(page);
  expect(asked).toEqual([]);
  await page.getByRole('button', { name: /WASM/ }).click();
  await expect(page.getByLabel('Engine figures')).toContainText('from the cache');
});

test('a script that does not come is told of in a sentence', async ({ page }) => {
  for (const [script, place, sentence] of [
    ['page', 'vision', /^Heed could not be loaded\. Reload the page/],
    ['engine', 'vision', /The engine (crashed|keeps crashing)/],
    ['translation-service', 'translation', /A part of Heed could not be loaded\. Reload the page/],
  ] as const) {
    const address = new RegExp(`/${script}-[^/]*\\.js$`);
    await page.route(address, (route) => route.abort());
    await page.goto('about:blank');
    await page.goto(`./?backend=wasm#/${place}`);
    await expect(page.getByRole('alert')).toContainText(sentence);
    await page.unroute(address);
  }
});
