import { HeapBlocks } from './heap-blocks.ts';
import type { KernelRunner } from './kernel-runner.ts';
import type { WasmHeap } from './wasm-heap.ts';

/** Numbers of each token; tokens, two groups of them; see `source/decoder-vocabulary.c`. */
const INNER = 16;
const GROUP = 8;
const TOKENS = 2 * GROUP;
const FOUR = 4;

/**
 * Whether `decoder_fours` multiplies as it should. Without relaxed SIMD it does nothing; with it, there
 * are engines whose first compiler writes over a sum that is still needed (V8 11.3). A browser does not
 * tell that, so it is tried.
 * @throws RangeError if the memory is full
 */
export function multipliesFours(heap: WasmHeap, runner: KernelRunner): boolean {
  const blocks = new HeapBlocks(heap);
  try {
    return computes(blocks, runner);
  } finally {
    blocks.free();
  }
}

/** Of seven bits. */
function weight(token: number, k: number): number {
  return (token * 41 + k * 67 + 5) % 128;
}

function computes(blocks: HeapBlocks, runner: KernelRunner): boolean {
  // High and low parts of states, each in [-128, 127].
  const high = Array.from({ length: INNER }, (_, k) => ((k * 89 + 31) % 256) - 128);
  const low = Array.from({ length: INNER }, (_, k) => ((k * 57 + 201) % 256) - 128);
  const [codes, weights, scale, out] = [INNER, (INNER * TOKENS) / 4, 4, TOKENS].map((count) =>
    blocks.take(count),
  );
  if (codes === undefined || weights === undefined || scale === undefined || out === undefined)
    return false;
  const { buffer } = blocks.heap.memory;
  const parts = new Int8Array(buffer, codes + 2 * INNER, 2 * INNER);
  const stored = new Uint8Array(buffer, weights, INNER * TOKENS);
  for (let k = 0; k < INNER; k += 1) {
    const place = 2 * FOUR * Math.floor(k / FOUR) + (k % FOUR);
    parts[place] = high[k] ?? 0;
    parts[place + FOUR] = low[k] ?? 0;
    for (let token = 0; token < TOKENS; token += 1) {
      const group = Math.floor(token / GROUP);
      const four = GROUP * (group * INNER + FOUR * Math.floor(k / FOUR));
      stored[four + FOUR * (token % GROUP) + (k % FOUR)] = weight(token, k);
    }
  }
  blocks.integers(scale, 4).fill(0);
  const sums = blocks.floats(out, TOKENS).fill(0);
  const args = [codes, scale, weights, weights + GROUP * INNER, out, out + 4 * GROUP, INNER];
  runner.run('decoder_fours', 1, 0, args);
  return sums.every((sum, token) => {
    const [ofHigh, ofLow] = [high, low].map((states) =>
      states.reduce((total, state, k) => total + state * weight(token, k), 0),
    );
    return sum === Math.fround(256 * (ofHigh ?? NaN) + (ofLow ?? NaN));
  });
}
