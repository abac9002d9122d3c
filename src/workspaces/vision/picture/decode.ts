import { isTruncated, pictureType, type PictureType } from './picture-type.ts';

/** A decoded picture, upright. */
export interface Picture {
  readonly name: string;
  /** Set for a photograph that ships with Heed: a link can then hold it. */
  readonly sampleId: string | null;
  /** The pixels the model is given. */
  readonly pixels: ImageBitmap;
  /** The same pixels, small enough to draw in a frame. */
  readonly display: ImageBitmap;
  readonly width: number;
  readonly height: number;
  /** What was done to it on the way in, in a sentence, or null. */
  readonly note: string | null;
}

/** A picture that can't be opened; the message is one sentence for the person. */
export class PictureError extends Error {
  override name = 'PictureError';
}

/** Above this a picture is made smaller as it is decoded: its pixels alone would take 256 MB. */
const maxPixelCount = 64e6;
/** Longest side of what a picture larger than that becomes. */
const reducedSide = 4096;
const displaySide = 1600;
/** The smallest side that still has something to show. */
const minSide = 4;
const maxFileBytes = 512 * 2 ** 20;
/** An SVG has no pixels of its own. */
const svgSide = 1024;

function loadElement(address: string): Promise<HTMLImageElement> {
  const element = new Image();
  return new Promise((resolve, reject) => {
    element.addEventListener('load', () => resolve(element));
    element.addEventListener('error', () => reject(new Error('not decodable')));
    element.src = address;
  });
}

/** The size to decode to, or null for the picture's own. */
function decodedSize(
  type: PictureType,
  width: number,
  height: number,
): { width: number; height: number } | null {
  const scaleTo = (side: number): { width: number; height: number } => {
    const factor = side / Math.max(width, height);
    return {
      width: Math.max(1, Math.round(width * factor)),
      height: Math.max(1, Math.round(height * factor)),
    };
  };
  if (type === 'svg') return scaleTo(svgSide);
  return width * height > maxPixelCount ? scaleTo(reducedSide) : null;
}

function bitmapOf(
  source: Blob | HTMLImageElement,
  size: { width: number; height: number } | null,
): Promise<ImageBitmap> {
  // The reference reads the stored numbers and knows no colour profiles.
  const options: ImageBitmapOptions = { colorSpaceConversion: 'none' };
  return createImageBitmap(
    source,
    size
      ? { ...options, resizeWidth: size.width, resizeHeight: size.height, resizeQuality: 'high' }
      : options,
  );
}

interface Decoded {
  readonly pixels: ImageBitmap;
  readonly display: ImageBitmap;
  readonly note: string | null;
}

/**
 * A file is decoded beside the main thread, twice rather than once and copied on it. An SVG can only
 * be drawn from an element.
 */
async function decode(blob: Blob, element: HTMLImageElement, type: PictureType): Promise<Decoded> {
  const { naturalWidth, naturalHeight } = element;
  const source = type === 'svg' ? element : blob;
  const size = decodedSize(type, naturalWidth || svgSide, naturalHeight || svgSide);
  const pixels = await bitmapOf(source, size);
  const { width, height } = pixels;
  const factor = displaySide / Math.max(width, height);
  const small = { width: Math.round(width * factor), height: Math.round(height * factor) };
  const display = await bitmapOf(source, factor < 1 ? small : size);
  const note =
    size && type !== 'svg'
      ? `${naturalWidth} × ${naturalHeight} pixels, made smaller to ${size.width} × ${size.height}.`
      : null;
  return { pixels, display, note };
}

/**
 * Opens a picture: PNG, JPEG, WebP, AVIF, GIF (its first frame), BMP, SVG. Orientation is honoured;
 * scripts in an SVG never run, since an image element runs none.
 * @throws PictureError
 */
export async function decodePicture(
  blob: Blob,
  name: string,
  sampleId: string | null = null,
): Promise<Picture> {
  if (blob.size === 0) throw new PictureError(`“${name}” is empty: it has 0 bytes.`);
  if (blob.size > maxFileBytes)
    throw new PictureError(`“${name}” is larger than 512 MB, which is more than Heed opens.`);
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const type = pictureType(bytes);
  if (!type)
    throw new PictureError(
      `“${name}” is not a picture that Heed knows: PNG, JPEG, WebP, AVIF, GIF, BMP or SVG.`,
    );
  if (isTruncated(type, bytes))
    throw new PictureError(
      `“${name}” is cut short: the end of the ${type.toUpperCase()} is missing.`,
    );
  const typed = new Blob([bytes], { type: type === 'svg' ? 'image/svg+xml' : `image/${type}` });
  const address = URL.createObjectURL(typed);
  try {
    const { pixels, display, note } = await decode(typed, await loadElement(address), type);
    const { width, height } = pixels;
    if (Math.min(width, height) < minSide) {
      pixels.close();
      display.close();
      throw new PictureError(
        `“${name}” is ${width} × ${height} pixels; Heed needs at least ${minSide} × ${minSide}.`,
      );
    }
    return { name, sampleId, pixels, display, width, height, note };
  } catch (error) {
    if (error instanceof PictureError) throw error;
    throw new PictureError(`“${name}” can’t be decoded as ${type.toUpperCase()}.`, {
      cause: error,
    });
  } finally {
    URL.revokeObjectURL(address);
  }
}

/** Frees the pixels. */
export function closePicture(picture: Picture): void {
  picture.pixels.close();
  picture.display.close();
}
