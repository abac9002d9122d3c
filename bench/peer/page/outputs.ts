/** What both sides give: the attention of each layer, then the logits. */
export type Outputs = readonly Float32Array[];

/** A forward pass on the same pixels each time, its outputs read out as arrays of the caller's own. */
export type ForwardPass = () => Promise<Outputs>;

/** [channel, y, x], of the spread that normalised pixels have. */
export function makePixels([
  ,
  channels = 0,
  height = 0,
  width = 0,
]: readonly number[]): Float32Array {
  return Float32Array.from(
    { length: channels * height * width },
    (_, index) => (((index * 37 + (index >> 7) * 11) % 256) / 255 - 0.5) / 0.5,
  );
}
