/** `1,234 bytes` as a person reads it: `1.2 kB`, `5.6 MB`, `1.3 GB`. */
export function bytesInWords(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  if (bytes < 1e9) return `${(bytes / 1e6).toFixed(1)} MB`;
  return `${(bytes / 1e9).toFixed(1)} GB`;
}

/** `2,760,000` as `2.8 M`. */
export function countInWords(count: number): string {
  if (count < 1000) return String(count);
  if (count < 1e6) return `${(count / 1e3).toFixed(0)} k`;
  return `${(count / 1e6).toFixed(1)} M`;
}
