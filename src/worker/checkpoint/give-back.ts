/**
 * Gives an array's memory back at once, and not when it is next collected: weights are large, and
 * the browser does not count them among what makes it collect. The array has no numbers afterwards.
 * One that shares its buffer keeps it, and so does every array where the browser cannot
 * (ArrayBuffer.prototype.transfer, ES2024).
 */
export function giveBack({ buffer, byteLength }: Uint8Array | Float32Array): void {
  // Nothing is left of a part of what was given back before.
  if (byteLength === 0 || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer && 'transfer' in buffer) buffer.transfer(0);
}
