/** The part of a drawing state that `save` and `restore` keep. */
export interface SvgState {
  /** Where elements are added; a clip opens a new group. */
  readonly parent: SVGElement;
  readonly transform: string;
  readonly fillStyle: string;
  readonly strokeStyle: string;
  readonly lineWidth: number;
  readonly lineJoin: CanvasLineJoin;
  readonly lineDash: readonly number[];
  readonly font: string;
  readonly textAlign: CanvasTextAlign;
  readonly textBaseline: CanvasTextBaseline;
  readonly imageSmoothingEnabled: boolean;
}

export function initialState(parent: SVGElement): SvgState {
  return {
    parent,
    transform: '',
    fillStyle: '#000000',
    strokeStyle: '#000000',
    lineWidth: 1,
    lineJoin: 'miter',
    lineDash: [],
    font: '10px sans-serif',
    textAlign: 'start',
    textBaseline: 'alphabetic',
    imageSmoothingEnabled: true,
  };
}

const anchors: Readonly<Record<CanvasTextAlign, string>> = {
  start: 'start',
  left: 'start',
  center: 'middle',
  right: 'end',
  end: 'end',
};

export function textAnchor(align: CanvasTextAlign): string {
  return anchors[align];
}

/** How far below `y` the text's baseline lies, in font sizes: not all programs know baselines. */
export function baselineShift(baseline: CanvasTextBaseline): number {
  if (baseline === 'middle') return 0.35;
  if (baseline === 'top' || baseline === 'hanging') return 0.8;
  return 0;
}

/** Size in pixels and family of a CSS font as the draw functions write it: `11px family`. */
export function parseFont(font: string): { readonly size: number; readonly family: string } {
  const [, size = '10', family = 'sans-serif'] = /^([\d.]+)px\s+(.+)$/.exec(font) ?? [];
  return { size: Number(size), family };
}
