/** How long the browser may take to start reading a download. */
const revokeAfterMs = 60_000;
const longestPart = 40;

/**
 * A file name from words: `heed-vit cat.jpg layer-4` becomes `heed-vit_cat_layer-4.png`. Letters of
 * every script stay; a part's own extension, and what file systems refuse, do not.
 */
export function fileNameOf(parts: readonly string[], extension: string): string {
  const clean = parts
    .map((part) =>
      part
        .normalize('NFC')
        .replace(/\.(?:png|jpe?g|webp|avif|gif|bmp|svg)$/i, '')
        .replace(/[^\p{Letter}\p{Mark}\p{Number}.-]+/gu, '-')
        .replace(/\.{2,}/g, '.')
        .slice(0, longestPart)
        .replace(/^[-.]+|[-.]+$/g, ''),
    )
    .filter(Boolean);
  return `${clean.join('_') || 'heed'}.${extension}`;
}

/** Hands a file to the browser's downloads. */
export function download(blob: Blob, fileName: string): void {
  const address = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = fileName;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), revokeAfterMs);
}
