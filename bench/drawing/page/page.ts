import type { Drawing, DrawingBench, Frame, Subject } from './drawing.d.ts';
import { openHeed } from './heed.ts';
import { openPeer } from './peer.ts';

const nextFrame = globalThis.requestAnimationFrame.bind(globalThis);
let callbackMs = 0;

// What the views do in a frame is their script, too.
globalThis.requestAnimationFrame = (callback) =>
  nextFrame((time) => {
    const begin = performance.now();
    callback(time);
    callbackMs += performance.now() - begin;
  });

/** Heard when the frame has been painted: behind the frame's own tasks. */
function afterFrame(): Promise<void> {
  return new Promise((resolve) => {
    nextFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.addEventListener('message', () => {
        port1.close();
        resolve();
      });
      port1.start();
      port2.postMessage(null);
    });
  });
}

async function frameOf(drawing: Drawing): Promise<Frame> {
  callbackMs = 0;
  const begin = performance.now();
  drawing.next();
  const changed = performance.now() - begin;
  await afterFrame();
  return { script: changed + callbackMs, total: performance.now() - begin };
}

function hostOf(id: string): HTMLElement {
  const host = document.getElementById(id);
  if (!host) throw new Error(`The page has no ${id}.`);
  return host;
}

function need<T>(value: T | null): T {
  if (value === null) throw new Error('Nothing is open.');
  return value;
}

let heed: Drawing | null = null;
let peer: Drawing | null = null;

function close(): void {
  heed?.remove();
  peer?.remove();
  [heed, peer] = [null, null];
}

/** Frames until nothing is left to be made. */
async function settle(): Promise<void> {
  for (let quiet = 0; quiet < 20; quiet += 1) {
    callbackMs = 0;
    await afterFrame();
    if (callbackMs > 0) quiet = 0;
  }
}

async function longestTask(subject: Subject): Promise<number> {
  close();
  const durations: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) durations.push(duration);
  });
  heed = openHeed(hostOf('heed'), subject);
  await settle();
  observer.observe({ type: 'longtask' });
  await frameOf(heed);
  await settle();
  observer.disconnect();
  return Math.max(0, ...durations);
}

const drawing: DrawingBench = {
  open: async (subject, withPeer) => {
    close();
    heed = openHeed(hostOf('heed'), subject);
    peer = withPeer ? openPeer(hostOf('peer'), subject) : null;
    const first = await frameOf(heed);
    await settle();
    return { heed: first, peer: peer && (await frameOf(peer)) };
  },
  heed: () => frameOf(need(heed)),
  peer: () => frameOf(need(peer)),
  longestTask,
};

globalThis.drawing = drawing;
