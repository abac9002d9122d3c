/** What either side makes of a source. */
export interface Decoded {
  /** Target tokens, the end among them if it was reached. */
  readonly tokens: readonly number[];
  /** Every attention of the pass, one array for each layer of the encoder and of each step. */
  readonly attention: readonly Float32Array[];
}

export type Decode = (source: readonly number[]) => Promise<Decoded>;

/** @throws Error if the two differ in a token, or in the size of an array */
export function largestDifference(a: Decoded, b: Decoded): number {
  if (a.tokens.join() !== b.tokens.join())
    throw new Error(`The two write other tokens: ${a.tokens.join()} and ${b.tokens.join()}.`);
  if (a.attention.length !== b.attention.length)
    throw new Error(`They gave ${a.attention.length} and ${b.attention.length} arrays.`);
  let largest = 0;
  for (const [index, values] of a.attention.entries()) {
    const others = b.attention[index];
    if (values.length !== others?.length)
      throw new Error(`Array ${index} has ${values.length} and ${others?.length} weights.`);
    for (const [place, value] of values.entries())
      largest = Math.max(largest, Math.abs(value - (others[place] ?? Number.NaN)));
  }
  return largest;
}
