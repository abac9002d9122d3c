import type { Loaded, Peer, PeerCall, PeerReply } from './peer.d.ts';

const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });

/** Asks the worker; one question at a time. */
function ask<T extends PeerReply>(
  call: PeerCall,
  isAnswer: (reply: PeerReply) => reply is T,
): Promise<T> {
  return new Promise((resolve, reject) => {
    worker.addEventListener(
      'message',
      ({ data }: MessageEvent<PeerReply>) => {
        if (isAnswer(data)) resolve(data);
        else reject(new Error(typeof data === 'object' && 'failure' in data ? data.failure : ''));
      },
      { once: true },
    );
    worker.addEventListener('error', (event) => reject(new Error(event.message)), { once: true });
    worker.postMessage(call, { transfer: [] });
  });
}

const isTime = (reply: PeerReply): reply is number => typeof reply === 'number';
const isLoaded = (reply: PeerReply): reply is Loaded =>
  typeof reply === 'object' && 'attentionDifference' in reply;

const peer: Peer = {
  load: (options) => ask({ kind: 'load', options }, isLoaded),
  runHeed: () => ask({ kind: 'heed' }, isTime),
  runOrt: () => ask({ kind: 'ort' }, isTime),
};

globalThis.peer = peer;
