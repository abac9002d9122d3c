/** Invented pictures and maps for the gallery, the same every time. */

function randomSource(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Softmax-like rows: [layer, head, patch], each sums to 1. */
export function syntheticRows(
  layerCount: number,
  headCount: number,
  columns: number,
  rows: number,
): Float32Array {
  const random = randomSource(7);
  const cellCount = columns * rows;
  const values = new Float32Array(layerCount * headCount * cellCount);
  for (let map = 0; map < layerCount * headCount; map += 1) {
    const centreX = columns * (0.15 + 0.7 * random());
    const centreY = rows * (0.15 + 0.7 * random());
    const width = columns * (0.06 + 0.15 * random());
    let sum = 0;
    for (let cell = 0; cell < cellCount; cell += 1) {
      const distance =
        ((cell % columns) - centreX) ** 2 + (Math.floor(cell / columns) - centreY) ** 2;
      const value =
        Math.exp(-distance / (2 * width * width)) * (0.75 + 0.5 * random()) + 0.08 * random() ** 2;
      values[map * cellCount + cell] = value;
      sum += value;
    }
    for (let cell = 0; cell < cellCount; cell += 1) {
      const at = map * cellCount + cell;
      values[at] = (values[at] ?? 0) / sum;
    }
  }
  return values;
}

/** A query × key matrix over a grid with one special token first. Rows sum to 1. */
export function syntheticMatrix(columns: number, rows: number): Float32Array {
  const random = randomSource(11);
  const tokenCount = columns * rows + 1;
  const values = new Float32Array(tokenCount * tokenCount);
  for (let query = 0; query < tokenCount; query += 1) {
    let sum = 0;
    for (let key = 0; key < tokenCount; key += 1) {
      const deltaX = ((query - 1) % columns) - ((key - 1) % columns);
      const deltaY = Math.floor((query - 1) / columns) - Math.floor((key - 1) / columns);
      const near = Math.exp(-(deltaX * deltaX + deltaY * deltaY) / 6);
      const value = (key === 0 ? 0.6 : near) + 0.02 * random();
      values[query * tokenCount + key] = value;
      sum += value;
    }
    for (let key = 0; key < tokenCount; key += 1) {
      const at = query * tokenCount + key;
      values[at] = (values[at] ?? 0) / sum;
    }
  }
  return values;
}

/** A landscape drawn by hand: sky, sun, hills, a house. */
export function syntheticPicture(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  const sky = context.createLinearGradient(0, 0, 0, height);
  sky.addColorStop(0, '#5b9bd5');
  sky.addColorStop(1, '#f4e2c6');
  context.fillStyle = sky;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#ffd75e';
  context.beginPath();
  context.arc(width * 0.72, height * 0.24, height * 0.1, 0, 7);
  context.fill();
  for (const [share, colour] of [
    [0.62, '#6f9a5b'],
    [0.76, '#4d7a44'],
  ] as const) {
    context.fillStyle = colour;
    context.beginPath();
    context.moveTo(0, height);
    for (let x = 0; x <= width; x += 4)
      context.lineTo(x, height * (share + 0.06 * Math.sin((x / width) * 9 + share * 20)));
    context.lineTo(width, height);
    context.fill();
  }
  context.fillStyle = '#b5523b';
  context.fillRect(width * 0.3, height * 0.55, width * 0.18, height * 0.22);
  context.fillStyle = '#5a2d22';
  context.beginPath();
  context.moveTo(width * 0.27, height * 0.56);
  context.lineTo(width * 0.39, height * 0.42);
  context.lineTo(width * 0.51, height * 0.56);
  context.fill();
  return canvas;
}
