import { createEngine } from '../../../src/engine/client.ts';
import { createWorker } from '../../../src/engine/create-worker.ts';
import type { VisionModelInfo, VisionRun } from '../../../src/engine/protocol.ts';
import type { MemoryPage } from './memory.d.ts';

const engine = createEngine({
  createWorker,
  onEvent: (event) => console.error(`The engine reports: ${event.type}, ${event.reason}`),
});

const words = 'the old man with a grey dog walks slowly along the river to his little house'.split(
  ' ',
);

let vision: VisionModelInfo | null = null;
let translation = '';
let last: VisionRun | null = null;

function sourceOf(folder: string) {
  return { kind: 'address', address: new URL(folder, document.baseURI).href } as const;
}

// One for all pictures: a canvas each would be there until it is collected.
const canvas = new OffscreenCanvas(1, 1);
const context = canvas.getContext('2d');

/** Between 20 and 1,219 pixels a side, each number another size. */
function drawPicture(number: number): Promise<ImageBitmap> {
  const [width, height] = [20 + ((number * 379) % 1200), 20 + ((number * 211) % 1200)];
  if (context === null) throw new Error('There is no canvas.');
  [canvas.width, canvas.height] = [width, height];
  context.fillStyle = `hsl(${(number * 47) % 360} 80% 50%)`;
  context.fillRect(0, 0, width / 2, height);
  return createImageBitmap(canvas);
}

async function runPicture(number: number): Promise<void> {
  const image = await drawPicture(number);
  const fit = { mode: (['crop', 'pad', 'stretch'] as const)[number % 3] ?? 'crop' };
  last = await engine.call(
    'runVision',
    { image, fit, query: 0, slot: number % 5 === 4 ? 'compare' : 'main' },
    { transfer: [image] },
  );
  const { run } = last;
  if (number % 7 === 0) await engine.call('readLayer', { run, stack: 'self', layer: number % 6 });
  if (number % 11 === 0) await engine.call('headStatistics', { run });
}

async function runSentence(number: number): Promise<void> {
  const text = words.slice(0, 1 + (number % words.length)).join(' ');
  await engine.call('translate', {
    model: translation,
    text,
    beamCount: 1 + (number % 3),
    slot: 'main',
  });
}

const page: MemoryPage = {
  load: async (options) => {
    const { backend: forced } = options;
    const backend = await engine.call('start', { forced, allowSoftwareAdapter: true });
    vision = await engine.call('loadVisionModel', { source: sourceOf(options.vision) });
    const info = await engine.call('loadTranslationModel', {
      source: sourceOf(options.translation),
    });
    translation = info.identity;
    return backend.detail;
  },
  run: async (first, count) => {
    for (let number = first; number < first + count; number += 1)
      await (number % 4 === 3 ? runSentence(number) : runPicture(number));
  },
  figures: async () => {
    if (vision === null || last === null) throw new Error('Nothing has been run.');
    const { tensorCount, tensorBytes } = await engine.call('diagnostics', null);
    return {
      tensorCount,
      tensorBytes,
      firstViewBytes: last.rows.byteLength + last.probabilities.byteLength,
      attentionBytes: vision.layerCount * vision.headCount * last.tokenCount ** 2 * 4,
    };
  },
};

globalThis.memory = page;
