/**
 * A generator of numbers from 0 to below 1 that gives the same ones for the same seed: mulberry32,
 * by Tommy Ettinger (public domain), 32 bits of state, period 2³². Good enough for shuffles; not
 * for secrets.
 * @param seed a whole number; its lowest 32 bits count
 */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * 0 to `count` - 1 in random order, every order as likely as any other (Fisher and Yates).
 * @param random as `createRandom` gives it
 */
export function shuffledIndices(count: number, random: () => number): number[] {
  const indices = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const moved = indices[last] ?? 0;
    indices[last] = indices[other] ?? 0;
    indices[other] = moved;
  }
  return indices;
}
