/** A page with nothing but the engine, for tests of the production build in a real browser. */
import { createEngine, type Engine } from '../../src/engine/client.ts';
import { createWorker } from '../../src/engine/create-worker.ts';
import type { EngineEvent } from '../../src/engine/protocol.ts';

export interface Harness {
  readonly engine: Engine;
  readonly events: EngineEvent[];
  /** The address of a model by its name: `heed-vit`, `tiny`. */
  readonly addressOf: (name: string) => string;
  /** A picture with shapes and colours, the same each time. */
  readonly drawPicture: (width: number, height: number) => ImageBitmap;
}

declare global {
  var harness: Harness;
}

function drawPicture(width: number, height: number): ImageBitmap {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('no 2d context');
  context.fillStyle = 'teal';
  context.fillRect(0, 0, width, height);
  context.fillStyle = 'orange';
  context.beginPath();
  context.arc(width / 3, height / 2, height / 4, 0, 2 * Math.PI);
  context.fill();
  return canvas.transferToImageBitmap();
}

const events: EngineEvent[] = [];
globalThis.harness = {
  engine: createEngine({ createWorker, onEvent: (event) => events.push(event) }),
  events,
  addressOf: (name) => new URL(`models/${name}/`, location.href).href,
  drawPicture,
};
