import digests from 'heed:embedded-digests';
import { attentionBytesFor } from './attention-bytes.ts';
import { tfjsStarters } from './backend/choose.ts';
import { wasmFiles } from './backend/wasm-files.ts';
import { openCheckpointCache } from './checkpoint/cache.ts';
import { fail } from './failure.ts';
import type { SourcePicture } from './image/preprocess.ts';
import type { Platform } from './platform.ts';

/** The page's folder: the built worker lies in a folder of its own below it. */
const base = new URL('../', self.location.href).href;

function digestOf(address: string): string | null {
  return address.startsWith(base) ? (digests[address.slice(base.length)] ?? null) : null;
}

/**
 * Reads bitmaps by one canvas, which has next to no pixels in between: a canvas for each picture would
 * keep its pixels until the browser collects it.
 */
function pictureReader(): Platform['readPicture'] {
  let context: OffscreenCanvasRenderingContext2D | null = null;
  return (image): SourcePicture => {
    const { width, height } = image;
    try {
      context ??= new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
      if (context === null)
        return fail('image-invalid', 'This browser could not read the picture.');
      resize(context, width, height);
      context.fillStyle = 'white';
      context.fillRect(0, 0, width, height);
      context.drawImage(image, 0, 0);
      return { width, height, data: context.getImageData(0, 0, width, height).data };
    } finally {
      if (context !== null) resize(context, 1, 1);
      image.close();
    }
  };
}

function resize(
  { canvas }: OffscreenCanvasRenderingContext2D,
  width: number,
  height: number,
): void {
  canvas.width = width;
  canvas.height = height;
}

/** `navigator.deviceMemory` counts gigabytes in powers of two; Chromium alone has it. */
function deviceBytes(): number | null {
  const gigabytes: unknown = 'deviceMemory' in navigator ? navigator.deviceMemory : null;
  return typeof gigabytes === 'number' ? gigabytes * 2 ** 30 : null;
}

/** The platform of a browser's worker. */
export function createBrowserPlatform(): Platform {
  // Absent outside a secure context. Opened at once: the first file waits for it.
  const cache = openCheckpointCache('caches' in self ? self.caches : undefined);
  return {
    starters: tfjsStarters(wasmFiles),
    openFileSource: async () => ({
      fetch: (address, options) => fetch(address, options),
      cache: await cache,
      digestOf,
      ...('storage' in navigator && { estimate: () => navigator.storage.estimate() }),
    }),
    readPicture: pictureReader(),
    deviceBytes,
    now: () => performance.now(),
    attentionBytes: attentionBytesFor(deviceBytes()),
    firstRun: Date.now(),
  };
}
