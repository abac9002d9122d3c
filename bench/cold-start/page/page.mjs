// The least that a page with ONNX Runtime Web does to show one head's attention over a picture: it
// loads the model and the picture at once, runs, and draws.

/**
 * Resampled by the browser, [channel, y, x], as the checkpoint's preprocessing says.
 * @param {ImageBitmap} picture
 * @param {import('../measure.mjs').OrtPageSettings} settings
 */
function makePixels(picture, { inputShape, normalization: { mean, std } }) {
  const [, channelCount = 0, height = 0, width = 0] = inputShape;
  const context = new OffscreenCanvas(width, height).getContext('2d');
  if (context === null) throw new Error('There is no canvas.');
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  context.drawImage(picture, left, top, side, side, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const area = width * height;
  return Float32Array.from({ length: channelCount * area }, (_, index) => {
    const channel = Math.floor(index / area);
    const value = data[(index % area) * 4 + channel] ?? 0;
    return (value / 255 - (mean[channel] ?? 0)) / (std[channel] ?? 1);
  });
}

/**
 * @param {ImageBitmap} picture
 * @param {Float32Array} weights of the first token's query, itself first, over a square of patches
 */
function drawMap(picture, weights) {
  const canvas = document.querySelector('canvas');
  const context = canvas?.getContext('2d');
  if (!canvas || !context) throw new Error('There is no canvas.');
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  context.drawImage(picture, left, top, side, side, 0, 0, canvas.width, canvas.height);
  const patches = weights.subarray(1);
  const gridSize = Math.sqrt(patches.length);
  const largest = Math.max(...patches);
  const image = new ImageData(gridSize, gridSize);
  for (const [index, weight] of patches.entries())
    image.data.set([255, 160, 0, Math.round((220 * weight) / largest)], 4 * index);
  const map = new OffscreenCanvas(gridSize, gridSize);
  map.getContext('2d')?.putImageData(image, 0, 0);
  context.drawImage(map, 0, 0, canvas.width, canvas.height);
}

/** @param {string} address */
async function loadPicture(address) {
  const response = await fetch(address);
  return createImageBitmap(await response.blob());
}

async function main() {
  /** @type {import('../measure.mjs').OrtPageSettings} */
  const settings = JSON.parse(new URLSearchParams(location.search).get('settings') ?? '');
  const address = new URL('./ort/ort.wasm.min.mjs', document.baseURI).href;
  /** @type {typeof import('onnxruntime-web')} */
  const ort = await import(address);
  ort.env.wasm.wasmPaths = new URL('./ort/', document.baseURI).href;
  ort.env.wasm.numThreads = settings.threadCount;
  const [session, picture] = await Promise.all([
    ort.InferenceSession.create(new URL(settings.onnx, document.baseURI).href, {
      executionProviders: ['wasm'],
      graphOptimizationLevel: 'all',
    }),
    loadPicture(settings.picture),
  ]);
  const pixels = new ort.Tensor('float32', makePixels(picture, settings), settings.inputShape);
  const outputs = await session.run({ pixels });
  const attention = outputs[settings.attentionName];
  if (!(attention?.data instanceof Float32Array)) throw new Error('The model gave no attention.');
  // [1, head, query, key]: the first head's first query.
  drawMap(picture, attention.data.slice(0, attention.dims[3]));
  const status = document.querySelector('[role=status]');
  if (status) status.textContent = 'Ready';
}

await main();
