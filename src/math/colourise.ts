import { colourIndex, type ColourMap } from './colour-maps.ts';
import type { Scale } from './scales.ts';

/** How opaque a value is drawn. */
export type Opacity =
  /** The same for all values, 0 to 1, times the map's own alpha. */
  | { readonly mode: 'even'; readonly opacity: number }
  /**
   * Grows with the distance from the least striking value (the low end, or the middle of a
   * diverging map), so that low values leave what lies underneath visible.
   */
  | { readonly mode: 'by-value'; readonly opacity: number };

/** Share of the opacity that the least striking value keeps, so that the map's extent is seen. */
const leastShare = 0.12;
/** Below 1, so that values in the middle of the scale are seen on a busy photograph. */
const strengthExponent = 0.6;

/** The 256 colours of a map as RGBA bytes with the opacity in the alpha channel. */
export function paletteOf(map: ColourMap, opacity: Opacity): Uint8ClampedArray {
  const palette = new Uint8ClampedArray(map.rgba);
  for (let i = 0; i < 256; i += 1) {
    const ownAlpha = map.rgba[i * 4 + 3] ?? 255;
    palette[i * 4 + 3] = ownAlpha * opacity.opacity * shareAt(map, i / 255, opacity);
  }
  return palette;
}

function shareAt(map: ColourMap, unit: number, opacity: Opacity): number {
  // A map that is an alpha ramp already follows the value.
  if (opacity.mode === 'even' || map.isAlphaRamp) return 1;
  const strength = map.kind === 'diverging' ? Math.abs(2 * unit - 1) : unit;
  return leastShare + (1 - leastShare) * strength ** strengthExponent;
}

/**
 * Draws values as RGBA bytes. NaN becomes fully transparent.
 * @param palette [256, RGBA] from `paletteOf`
 * @param target at least 4 bytes for each value
 */
export function colourise(
  values: ArrayLike<number>,
  scale: Scale,
  palette: Uint8ClampedArray,
  target: Uint8ClampedArray,
): void {
  // One word for each colour: a quarter of the writes.
  const colours = new Uint32Array(palette.buffer, palette.byteOffset, 256);
  const pixels = new Uint32Array(target.buffer, target.byteOffset, values.length);
  for (let i = 0; i < values.length; i += 1) {
    const unit = scale.toUnit(values[i] ?? Number.NaN);
    pixels[i] = Number.isNaN(unit) ? 0 : (colours[colourIndex(unit)] ?? 0);
  }
}
