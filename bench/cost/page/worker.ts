/** One of the two in a worker of its own, watched for what it takes. */
import { startHeed } from '../../peer/page/heed-side.ts';
import { startOrt } from '../../peer/page/ort-side.ts';
import type { ForwardPass, Outputs } from '../../peer/page/outputs.ts';
import type { PeerOptions } from '../../peer/page/peer.d.ts';
import type { GpuCalls, Request, Side } from './cost.d.ts';
import { watchGpu } from './watch-gpu.ts';
import { watchWasm } from './watch-wasm.ts';

// Before either side starts.
const wasmBytes = watchWasm();
const takeGpuCalls = watchGpu();

let forward: ForwardPass | null = null;
/** Of the last pass, as a caller who wants them would hold them. */
let outputs: Outputs = [];

async function load(side: Side, options: PeerOptions): Promise<string> {
  if (side === 'ort') {
    forward = await startOrt(options);
    return '';
  }
  const heed = await startHeed(options);
  forward = heed.pass;
  return heed.detail;
}

async function pass(): Promise<GpuCalls> {
  if (forward === null) throw new Error('Nothing has been loaded.');
  takeGpuCalls();
  outputs = await forward();
  if (outputs.length === 0) throw new Error('The pass gave nothing.');
  return takeGpuCalls();
}

async function perform(request: Request): Promise<unknown> {
  switch (request.call) {
    case 'load':
      return load(request.side, request.options);
    case 'pass':
      return pass();
    case 'release':
      outputs = [];
      return null;
    case 'wasmBytes':
      return wasmBytes();
    default:
      return request satisfies never;
  }
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  void perform(data).then(
    (value) => self.postMessage({ value }, { transfer: [] }),
    (error: unknown) =>
      self.postMessage(
        { error: error instanceof Error ? error.message : String(error) },
        { transfer: [] },
      ),
  );
});
