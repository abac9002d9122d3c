/**
 * Inflates raw deflate data (RFC 1951) to a length known beforehand. It stops as soon as more comes
 * out than that, so that memory is bounded by `bytes`.
 * @returns null if it does not become exactly so many bytes
 * @throws TypeError if the data is no deflate stream
 */
export async function inflate(
  packed: Uint8Array,
  bytes: number,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const source = new Response(packed.slice()).body;
  const reader = source?.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const unpacked = new Uint8Array(bytes);
  let filled = 0;
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) break;
    if (filled + part.value.length > bytes) {
      await reader?.cancel();
      return null;
    }
    unpacked.set(part.value, filled);
    filled += part.value.length;
  }
  return filled === bytes ? unpacked : null;
}
