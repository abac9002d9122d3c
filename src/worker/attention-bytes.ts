const GIB = 2 ** 30;

/**
 * What the attention that is kept of all runs may take: an eighth of the machine's memory, at most
 * 1 GiB. Beside it, a wasm memory of 4 GiB must hold weights, their packed form and a layer at work.
 * @param deviceBytes as the browser tells it, which is 8 GiB for anything above; null where it
 *   doesn't
 */
export function attentionBytesFor(deviceBytes: number | null): number {
  return Math.min(GIB, (deviceBytes ?? 8 * GIB) / 8);
}
