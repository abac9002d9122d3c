import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { expect, type Locator, type Page, test } from '@playwright/test';
import { type HubServer, startHub } from './support/hub-server.ts';
import { targetText, translate } from './support/translation-page.ts';
import { openVision, ready, topPrediction } from './support/vision-page.ts';

const fixtures = (path: string): string =>
  fileURLToPath(new URL(`fixtures/${path}`, import.meta.url));

const token = 'hf_only_for_the_hub';
let hub: HubServer;
let unsupported: string;

test.beforeAll(async () => {
  unsupported = await mkdtemp(join(tmpdir(), 'heed-unsupported-'));
  await writeFile(join(unsupported, 'config.json'), '{"model_type": "bert"}');
  hub = await startHub({
    'tiny/registers': { folder: fixtures('parity/dinov2-registers-larger') },
    'tiny/headless': { folder: fixtures('parity/vit-headless') },
    'tiny/tall': { folder: fixtures('parity/vit-tall') },
    'tiny/gated': { folder: fixtures('parity/deit-distilled'), token },
    'tiny/opus-mt-en-de': { folder: fixtures('opus/marian-opus') },
    'tiny/other': { folder: unsupported },
  });
});
test.beforeEach(() => hub.reset());
test.afterAll(async () => {
  await hub.close();
  await rm(unsupported, { recursive: true });
});

function dialogOf(page: Page): Locator {
  return page.getByRole('dialog', { name: 'Open model' });
}

/** Opens the dialog and types an id; the Hub is this test's own. */
async function choose(page: Page, id: string): Promise<Locator> {
  const dialog = dialogOf(page);
  if (!(await dialog.isVisible())) await page.getByRole('button', { name: 'Open model' }).click();
  const another = dialog.getByRole('button', { name: 'Choose another' });
  if (await another.isVisible()) await another.click();
  const address = dialog.getByRole('textbox', { name: 'Hub address' });
  if (!(await address.isVisible()))
    await dialog.getByRole('button', { name: 'Hub and access token' }).click();
  if ((await address.inputValue()) !== hub.address) await address.fill(hub.address);
  await dialog.getByRole('textbox', { name: 'Model id' }).fill(id);
  return dialog;
}

async function load(page: Page, id: string): Promise<void> {
  const dialog = await choose(page, id);
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog).toBeHidden();
  await ready(page);
}

/** The dialog, narrow and wide, light and dark. */
async function expectAccessible(page: Page): Promise<void> {
  for (const width of [360, 1440])
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).include('dialog[open]').analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBe(0);
    }
}

function weightsAsked(): readonly string[] {
  return hub.requests
    .filter(
      ({ path, method, range }) => /safetensors|\.bin/.test(path) && method === 'GET' && !range,
    )
    .map(({ path }) => path);
}

test('a model of the Hub: its sheet, then its weights, its panels, its link, and what is kept', async ({
  page,
}) => {
  test.setTimeout(240_000);
  await openVision(page);
  await page.keyboard.press('o');
  const dialog = await choose(page, 'tiny/other');
  await expectAccessible(page);
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('bert');
  await expect(dialog.getByRole('alert')).toContainText('config.json: model_type');
  await expect(dialog.getByRole('button', { name: 'Load', exact: true })).toBeHidden();
  await expectAccessible(page);

  await choose(page, '<script>/../x');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('neither an id');
  await choose(page, 'tiny/nobody');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();

  await choose(page, 'tiny/registers@main');
  await dialog.getByRole('button', { name: 'Look first' }).click();
  const sheet = dialog.getByRole('region', { name: 'tiny/registers' });
  await expect(sheet).toContainText('dinov2_with_registers');
  await expect(sheet).toContainText('48 × 40 pixels, 30 patches of 8 × 8');
  await expect(sheet).toContainText('2 × 3');
  await expectAccessible(page);
  expect(weightsAsked()).toEqual([]);
  await dialog.getByText('Half', { exact: true }).click();
  await expect(sheet).toContainText('attention moves');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog).toBeHidden();
  await ready(page);
  await expect(topPrediction(page)).toContainText(/ant|bridge|cloud|drum|egg|fern|gate/);
  await page.getByRole('button', { name: /WASM/ }).click();
  await expect(page.getByLabel('Engine figures')).toContainText('half precision');
  await page.keyboard.press('Escape');
  // Registers are queries of their own, and the map is of patches alone.
  await page.getByRole('button', { name: 'Query [REG1]' }).click();
  await expect(page.getByText(/Query \[REG1\] attends most to/).first()).toBeVisible();
  await expect(page.getByText(/of 30 patches/).first()).toBeVisible();
  expect(hub.requests.some(({ origin }) => origin === 'content')).toBe(true);

  await expect(page).toHaveURL(/model=tiny%2Fregisters&/);
  await expect(page).toHaveURL(/query=1/);
  await page.reload();
  await ready(page);
  await expect(page.getByRole('button', { name: 'Query [REG1]' })).toHaveAttribute(
    'aria-pressed',
    'true',
  );

  await page.getByRole('button', { name: 'Open model' }).click();
  const models = dialog.getByRole('region', { name: 'Models' });
  await expect(models).toContainText('tiny/registers');
  await expect(models).toContainText('comes with Heed');
  await models.getByRole('button', { name: 'Delete tiny/registers' }).click();
  await expect(models).not.toContainText('tiny/registers');
  await models.getByRole('button', { name: 'Use heed-vit' }).click();
  await expect(dialog).toBeHidden();
  await ready(page);
  await expect(topPrediction(page)).toContainText('espresso');
  await expect(page).not.toHaveURL(/model=/);
});

test('a gated model opens with a token, which nobody but the Hub ever sees', async ({ page }) => {
  await openVision(page);
  const dialog = await choose(page, 'tiny/gated');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('token');
  await dialog.getByLabel('Access token').fill(token);
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog).toBeHidden();
  await ready(page);
  await expect(page.getByRole('button', { name: 'Query [DIST]' })).toBeVisible();
  await expect(page).toHaveURL(/model=tiny%2Fgated/);
  expect(page.url()).not.toContain(token);
  const sent = hub.requests.filter(({ authorization }) => authorization !== null);
  expect(sent.length).toBeGreaterThan(0);
  expect(sent.filter(({ origin }) => origin !== 'hub')).toEqual([]);
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }]),
  );
  expect(stored).not.toContain(token);
});

test('a load that is cancelled or fails leaves the model before as it was', async ({ page }) => {
  await openVision(page);
  const before = await topPrediction(page).textContent();
  hub.breakFile('tiny/tall', 'model.safetensors', { kind: 'slow', bytesPerSecond: 4000 });
  const dialog = await choose(page, 'tiny/tall');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  const progress = dialog.getByRole('progressbar', { name: 'Loading model' });
  await expect(progress).toHaveAttribute('aria-valuetext', /kB of 3\d\.\d kB/);
  await expect(page.getByRole('status')).not.toContainText('Ready');
  // The page answers meanwhile.
  await page.getByRole('slider', { name: 'Layer' }).fill('1');
  await expect(page.getByText(/^Layer 1, head 4/).first()).toBeVisible();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(dialog).toBeHidden();
  await ready(page);
  await expect(topPrediction(page)).toHaveText(before ?? '');

  hub.breakFile('tiny/headless', 'model.safetensors', { kind: 'page' });
  await choose(page, 'tiny/headless');
  await dialog.getByRole('button', { name: 'Load', exact: true }).click();
  await expect(dialog.getByRole('alert')).toBeVisible();
  await ready(page);
  await expect(topPrediction(page)).toHaveText(before ?? '');
  hub.reset();

  // Without a head there are no predictions, and all else is there.
  await load(page, 'tiny/headless');
  await expect(page.getByRole('region', { name: 'Predictions' })).toBeHidden();
  await expect(page.getByRole('region', { name: 'Can the map be trusted?' })).toBeHidden();
  const lens = page.getByRole('combobox', { name: 'Lens' });
  await expect(lens.getByRole('option', { name: 'Relevance' })).toBeDisabled();
  await lens.selectOption('Rollout');
  await ready(page);
  await page.getByRole('button', { name: /^Switch layer \d+ off$/ }).click();
  await expect(page.getByRole('region', { name: 'What changed' })).toContainText('no predictions');
  await ready(page);
});

test('a folder that is dropped, files that are chosen, and addresses', async ({ page }) => {
  await openVision(page);
  const session = await page.context().newCDPSession(page);
  const data = { items: [], files: [fixtures('opus/marian-opus')], dragOperationsMask: 1 };
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
    await session.send('Input.dispatchDragEvent', { type, x: 600, y: 500, data });
  await expect(page.getByRole('tab', { name: 'Translation' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await ready(page);
  await expect(page.getByRole('combobox', { name: 'Model', exact: true })).toHaveValue(/^files:/);
  await expect(page.getByRole('status')).toContainText('link');
  await translate(page, 'a dog runs');
  await expect(targetText(page)).not.toHaveValue('');

  const dialog = dialogOf(page);
  await page.getByRole('button', { name: 'Open model' }).click();
  await dialog.getByLabel('Model folder').setInputFiles(fixtures('parity'));
  await expect(dialog.getByRole('alert')).toBeVisible();
  await dialog.getByLabel('Model folder').setInputFiles(fixtures('parity/vit-tall'));
  await expect(dialog).toBeHidden();
  await ready(page);
  await expect(page.getByRole('tab', { name: 'Vision' })).toHaveAttribute('aria-selected', 'true');

  // A model that the browser has no room for runs all the same, and the page says what to do.
  await session.send('Storage.overrideQuotaForOrigin', {
    origin: new URL(page.url()).origin,
    quotaSize: 1,
  });
  await load(page, 'tiny/headless');
  await expect(page.getByRole('status')).toContainText(/delete/i);

  // The address of a folder, in a link that says nothing else.
  const folder = `${hub.address}tiny/opus-mt-en-de/resolve/main/`;
  await page.goto(`./?backend=wasm&model=${encodeURIComponent(folder)}`);
  await expect(page.getByRole('tab', { name: 'Translation' })).toHaveAttribute(
    'aria-selected',
    'true',
  );
  await ready(page);
  await expect(page).toHaveURL(/#\/translation\?.*model=http/);
});
