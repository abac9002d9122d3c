/**
 * Gives an array's memory back at once, and not when it is next collected: weights and attention are
 * large, and the browser counts them little among what makes it collect. The array has no numbers
 * afterwards. One that shares its buffer keeps it, and so does every array where the browser cannot
 * (ArrayBuffer.prototype.transfer, ES2024).
 *
 * For what a script made itself. Of an array that the browser made, as a canvas's pixels, Chromium
 * holds the memory until it is collected all the same, and counts it no longer among what makes it
 * collect: the process of a page that gave back its pictures grew by 300 MB.
 */
export function giveBack({ buffer, byteLength }: Uint8Array | Float32Array): void {
  // Nothing is left of a part of what was given back before.
  if (byteLength === 0 || byteLength !== buffer.byteLength) return;
  if (buffer instanceof ArrayBuffer && 'transfer' in buffer) buffer.transfer(0);
}
