/**
 * Times a forward pass of Heed and of ONNX Runtime Web in one worker, as both are used in an app.
 *
 * Each time is of the same: from the preprocessed pixels, a Float32Array, to the logits and every
 * layer's attention as Float32Arrays of the caller's own. Neither time has the picture's decoding and
 * resampling, nor messages to the page. Heed's has the turns of the event loop between the layers,
 * in which the app listens whether a run is still wanted.
 */
import { startHeed } from './heed-side.ts';
import { startOrt } from './ort-side.ts';
import type { ForwardPass } from './outputs.ts';
import type { Loaded, PeerCall, PeerOptions, PeerReply } from './peer.d.ts';

function largestDifference(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (const [layer, values] of a.entries()) {
    const others = b[layer];
    if (values.length !== others?.length) return Infinity;
    for (const [index, value] of values.entries())
      largest = Math.max(largest, Math.abs(value - (others[index] ?? NaN)));
  }
  return largest;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return performance.now() - begin;
}

let heed: ForwardPass | null = null;
let ort: ForwardPass | null = null;

function need<T>(value: T | null): T {
  if (value === null) throw new Error('Nothing has been loaded.');
  return value;
}

async function load(options: PeerOptions): Promise<Loaded> {
  const { detail, pass } = await startHeed(options);
  heed = pass;
  ort = await startOrt(options);
  const [ofHeed, ofOrt] = [await heed(), await ort()];
  const layerCount = options.attentionNames.length;
  return {
    detail,
    attentionDifference: largestDifference(ofHeed.slice(0, layerCount), ofOrt.slice(0, layerCount)),
  };
}

function perform(call: PeerCall): Promise<Loaded | number> {
  switch (call.kind) {
    case 'load':
      return load(call.options);
    case 'heed':
      return timed(need(heed));
    case 'ort':
      return timed(need(ort));
    default:
      return call satisfies never;
  }
}

async function answer(call: PeerCall): Promise<PeerReply> {
  try {
    return await perform(call);
  } catch (error) {
    return { failure: error instanceof Error ? error.message : String(error) };
  }
}

self.addEventListener('message', ({ data }: MessageEvent<PeerCall>) => {
  void answer(data).then((reply) => self.postMessage(reply, { transfer: [] }));
});
