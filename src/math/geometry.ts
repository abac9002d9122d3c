/**
 * Where a picture's pixels go on their way into the model, and back.
 *
 * One geometry is made when a picture is decoded. The worker cuts the tensor by it and the page
 * draws the overlay by it, so that the two cannot disagree.
 */

export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** How a picture meets the model's input rectangle. */
export type Fit =
  /** The largest centred rectangle of the input's aspect ratio. */
  | { readonly mode: 'crop' }
  /** The whole picture, centred in the smallest rectangle of the input's aspect ratio. */
  | { readonly mode: 'pad' }
  /** The whole picture, its aspect ratio given up. */
  | { readonly mode: 'stretch' }
  /** A rectangle of the picture that the person drew, in source pixels. */
  | { readonly mode: 'region'; readonly region: Rectangle }
  /** What the checkpoint's own preprocessor does: its centre crop, or the whole picture. */
  | { readonly mode: 'reference' };

/** What the geometry needs to know of a model. */
export interface ModelInput {
  /** Input size in pixels. */
  readonly width: number;
  readonly height: number;
  readonly channelCount: number;
  /** Patch size in input pixels. */
  readonly patchWidth: number;
  readonly patchHeight: number;
  /**
   * Share of the resized picture's width and height that the reference keeps: 1 without a centre
   * crop, 224/256 for a DeiT that resizes to 256 and crops to 224.
   */
  readonly referenceCropX: number;
  readonly referenceCropY: number;
}

export interface ImageGeometry {
  /** Size of the decoded picture in pixels, upright. */
  readonly sourceWidth: number;
  readonly sourceHeight: number;
  /**
   * The rectangle, in source pixels, that becomes the model's input. It reaches outside the picture
   * where the fit pads.
   */
  readonly region: Rectangle;
  readonly inputWidth: number;
  readonly inputHeight: number;
  /** Patch grid, counted from 0, row by row. */
  readonly gridColumns: number;
  readonly gridRows: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

function regionOf(
  sourceWidth: number,
  sourceHeight: number,
  input: ModelInput,
  fit: Fit,
): Rectangle {
  const whole = { x: 0, y: 0, width: sourceWidth, height: sourceHeight };
  const aspect = input.width / input.height;
  switch (fit.mode) {
    case 'stretch':
      return whole;
    case 'crop': {
      const width = Math.min(sourceWidth, sourceHeight * aspect);
      return centred(whole, width, width / aspect);
    }
    case 'pad': {
      const width = Math.max(sourceWidth, sourceHeight * aspect);
      return centred(whole, width, width / aspect);
    }
    case 'reference':
      return centred(
        whole,
        sourceWidth * input.referenceCropX,
        sourceHeight * input.referenceCropY,
      );
    case 'region':
      return fit.region;
  }
}

function centred(whole: Rectangle, width: number, height: number): Rectangle {
  return {
    x: whole.x + (whole.width - width) / 2,
    y: whole.y + (whole.height - height) / 2,
    width,
    height,
  };
}

/**
 * The geometry of one picture in one model.
 * @throws RangeError if a size is not a positive finite number
 */
export function createGeometry(
  sourceWidth: number,
  sourceHeight: number,
  input: ModelInput,
  fit: Fit,
): ImageGeometry {
  const region = regionOf(sourceWidth, sourceHeight, input, fit);
  for (const size of [sourceWidth, sourceHeight, region.width, region.height]) {
    if (!(size > 0 && Number.isFinite(size)))
      throw new RangeError(`A picture's size must be positive, not ${size}.`);
  }
  return {
    sourceWidth,
    sourceHeight,
    region,
    inputWidth: input.width,
    inputHeight: input.height,
    gridColumns: Math.floor(input.width / input.patchWidth),
    gridRows: Math.floor(input.height / input.patchHeight),
  };
}

/** The rectangle of source pixels that a patch was cut from. `patch` counts from 0, row by row. */
export function patchRectangle(geometry: ImageGeometry, patch: number): Rectangle {
  const { region, gridColumns, gridRows } = geometry;
  const column = patch % gridColumns;
  const row = Math.floor(patch / gridColumns);
  return {
    x: region.x + (column * region.width) / gridColumns,
    y: region.y + (row * region.height) / gridRows,
    width: region.width / gridColumns,
    height: region.height / gridRows,
  };
}

/** The patch that holds a point of the picture (source pixels), or null outside the region. */
export function patchAt(geometry: ImageGeometry, point: Point): number | null {
  const { region, gridColumns, gridRows } = geometry;
  const column = Math.floor(((point.x - region.x) / region.width) * gridColumns);
  const row = Math.floor(((point.y - region.y) / region.height) * gridRows);
  const inside = column >= 0 && column < gridColumns && row >= 0 && row < gridRows;
  return inside ? row * gridColumns + column : null;
}
