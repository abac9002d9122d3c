/** Numbers in [-1, 1), the same ones each time (a linear congruential generator). */
export function createNoise() {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}
