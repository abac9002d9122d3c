/** Heed's side: the engine's backend, checkpoint and model, as the engine opens them. */
import { createBrowserPlatform } from '../../../src/worker/browser-platform.ts';
import { loadVisionCheckpoint } from '../../../src/worker/checkpoint/checkpoint.ts';
import { openModel } from '../../../src/worker/checkpoint/open-model.ts';
import { dispose } from '../../../src/worker/kernels/tensors.ts';
import { nextTurn } from '../../../src/worker/next-turn.ts';
import { readFloats } from '../../../src/worker/read-back.ts';
import { type ForwardPass, makePixels } from './outputs.ts';
import type { PeerOptions } from './peer.d.ts';

export interface HeedSide {
  /** Threads, SIMD, the adapter. */
  readonly detail: string;
  readonly pass: ForwardPass;
}

export async function startHeed({
  backend,
  model: address,
  inputShape,
}: PeerOptions): Promise<HeedSide> {
  const pixels = makePixels(inputShape);
  const platform = createBrowserPlatform();
  const { info } = await platform.starters[backend](true);
  const source = { kind: 'address', address } as const;
  const { files } = openModel(source, await platform.openFileSource());
  const { signal } = new AbortController();
  const model = await loadVisionCheckpoint(files, { signal, onBytes: () => {} });
  return {
    detail: info.detail,
    pass: async () => {
      const result = await model.forward(pixels, { onLayer: nextTurn });
      const { attention, logits } = result;
      try {
        const read = logits === null ? attention : [...attention, logits];
        return await Promise.all(read.map(readFloats));
      } finally {
        dispose(result);
      }
    },
  };
}
