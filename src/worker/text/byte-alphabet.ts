/**
 * The alphabet in which byte-level tokenizers spell bytes (Radford et al. 2019): printable Latin-1
 * characters stand for themselves, the other bytes for U+0100 and following, in order.
 */
const LETTERS: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    return String.fromCodePoint(printable ? byte : next++);
  });
})();

const encoder = new TextEncoder();

/** The letters for a text's UTF-8 bytes, one letter a byte. */
export function encodeBytes(text: string): string {
  return Array.from(encoder.encode(text), (byte) => LETTERS[byte]).join('');
}
