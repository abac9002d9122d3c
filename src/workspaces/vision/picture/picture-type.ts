/** What a file is, by its first bytes: names and declared types are not to be trusted. */
export type PictureType = 'png' | 'jpeg' | 'webp' | 'avif' | 'gif' | 'bmp' | 'svg';

function ascii(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

function isSvg(bytes: Uint8Array): boolean {
  const start = new TextDecoder().decode(bytes.subarray(0, 4096)).replace(/^\uFEFF/, '');
  return /^\s*(<\?xml[^>]*>)?\s*(<!--[\s\S]*?-->\s*|<!DOCTYPE[^>]*>\s*)*<svg[\s>]/i.test(start);
}

/** @returns null for a file that is none of the pictures Heed opens */
export function pictureType(bytes: Uint8Array): PictureType | null {
  if (ascii(bytes, 1, 4) === 'PNG' && bytes[0] === 0x89) return 'png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpeg';
  if (ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP') return 'webp';
  if (ascii(bytes, 4, 8) === 'ftyp' && /avi[fs]/.test(ascii(bytes, 8, 32))) return 'avif';
  if (/^GIF8[79]a$/.test(ascii(bytes, 0, 6))) return 'gif';
  if (ascii(bytes, 0, 2) === 'BM') return 'bmp';
  return isSvg(bytes) ? 'svg' : null;
}

function lastIndexOfPair(bytes: Uint8Array, first: number, second: number): number {
  for (let i = bytes.length - 2; i >= 0; i -= 1)
    if (bytes[i] === first && bytes[i + 1] === second) return i;
  return -1;
}

/**
 * Whether a picture's end is missing. Browsers draw the part that came and say nothing, and a half
 * grey picture would look like a real one to the model.
 */
export function isTruncated(type: PictureType, bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (type) {
    case 'jpeg':
      // The end marker after the last scan's start; a thumbnail's own end stands before it.
      return lastIndexOfPair(bytes, 0xff, 0xd9) < lastIndexOfPair(bytes, 0xff, 0xda);
    case 'png':
      return !includesIend(bytes);
    case 'webp':
      return bytes.length < 12 || view.getUint32(4, true) + 8 > bytes.length;
    case 'bmp':
      return bytes.length < 26 || view.getUint32(2, true) > bytes.length;
    case 'gif':
      return bytes.length < 14;
    case 'avif':
    case 'svg':
      // Their decoders refuse what is cut short.
      return false;
  }
}

/** Some writers add bytes after the last chunk, so the whole file is looked through. */
function includesIend(bytes: Uint8Array): boolean {
  for (let i = bytes.length - 4; i >= 8; i -= 1)
    if (bytes[i] === 0x49 && ascii(bytes, i, i + 4) === 'IEND') return true;
  return false;
}
