import type { DrawingContext } from '../views/canvas/drawing-context.ts';
import { svgColour } from './svg-colour.ts';
import { baselineShift, initialState, parseFont, textAnchor, type SvgState } from './svg-state.ts';

export const svgNamespace = 'http://www.w3.org/2000/svg';

/** Makes an image of part of a source: a PNG of the given size as a `data:` address. */
export type EmbedImage = (
  source: CanvasImageSource,
  /** In pixels of the source; null for all of it. */
  crop: readonly [x: number, y: number, width: number, height: number] | null,
  width: number,
  height: number,
  smooth: boolean,
) => string;

function number(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}

/**
 * Draws as SVG elements what a canvas would draw as pixels: lines, areas and text stay vectors,
 * images are embedded. Text becomes text nodes, so that no name can turn into markup.
 */
export class SvgContext implements DrawingContext {
  imageSmoothingQuality: ImageSmoothingQuality = 'high';
  private readonly document: Document;
  private readonly embed: EmbedImage;
  private readonly measure: (text: string, font: string) => TextMetrics;
  private state: SvgState;
  private readonly saved: SvgState[] = [];
  private path = '';
  private clipCount = 0;

  constructor(
    root: SVGElement,
    embed: EmbedImage,
    measure: (text: string, font: string) => TextMetrics,
  ) {
    this.document = root.ownerDocument;
    this.embed = embed;
    this.measure = measure;
    this.state = initialState(root);
  }

  get fillStyle(): string {
    return this.state.fillStyle;
  }
  set fillStyle(style: string | CanvasGradient | CanvasPattern) {
    this.state = { ...this.state, fillStyle: plainColour(style) };
  }
  get strokeStyle(): string {
    return this.state.strokeStyle;
  }
  set strokeStyle(style: string | CanvasGradient | CanvasPattern) {
    this.state = { ...this.state, strokeStyle: plainColour(style) };
  }
  get lineWidth(): number {
    return this.state.lineWidth;
  }
  set lineWidth(lineWidth: number) {
    this.state = { ...this.state, lineWidth };
  }
  get lineJoin(): CanvasLineJoin {
    return this.state.lineJoin;
  }
  set lineJoin(lineJoin: CanvasLineJoin) {
    this.state = { ...this.state, lineJoin };
  }
  get font(): string {
    return this.state.font;
  }
  set font(font: string) {
    this.state = { ...this.state, font };
  }
  get textAlign(): CanvasTextAlign {
    return this.state.textAlign;
  }
  set textAlign(textAlign: CanvasTextAlign) {
    this.state = { ...this.state, textAlign };
  }
  get textBaseline(): CanvasTextBaseline {
    return this.state.textBaseline;
  }
  set textBaseline(textBaseline: CanvasTextBaseline) {
    this.state = { ...this.state, textBaseline };
  }
  get imageSmoothingEnabled(): boolean {
    return this.state.imageSmoothingEnabled;
  }
  set imageSmoothingEnabled(imageSmoothingEnabled: boolean) {
    this.state = { ...this.state, imageSmoothingEnabled };
  }

  setLineDash(lineDash: Iterable<number>): void {
    this.state = { ...this.state, lineDash: [...lineDash] };
  }

  save(): void {
    this.saved.push(this.state);
  }

  restore(): void {
    this.state = this.saved.pop() ?? this.state;
  }

  translate(x: number, y: number): void {
    this.addTransform(`translate(${number(x)} ${number(y)})`);
  }

  scale(x: number, y: number): void {
    this.addTransform(`scale(${number(x)} ${number(y)})`);
  }

  rotate(angle: number): void {
    this.addTransform(`rotate(${number((angle * 180) / Math.PI)})`);
  }

  beginPath(): void {
    this.path = '';
  }

  moveTo(x: number, y: number): void {
    this.path += `M${number(x)} ${number(y)}`;
  }

  lineTo(x: number, y: number): void {
    this.path += `${this.path ? 'L' : 'M'}${number(x)} ${number(y)}`;
  }

  rect(x: number, y: number, width: number, height: number): void {
    this.path += `M${number(x)} ${number(y)}h${number(width)}v${number(height)}h${number(-width)}Z`;
  }

  /** Whole circles only: the figures draw no other arcs. */
  arc(x: number, y: number, radius: number, startAngle: number, endAngle: number): void {
    if (Math.abs(endAngle - startAngle) < 2 * Math.PI - 1e-6)
      throw new RangeError('A figure draws whole circles only.');
    const r = number(radius);
    const d = number(2 * radius);
    this.path += `M${number(x - radius)} ${number(y)}a${r} ${r} 0 1 0 ${d} 0a${r} ${r} 0 1 0 ${number(-2 * radius)} 0Z`;
  }

  stroke(): void {
    this.add('path', { d: this.path, fill: 'none', ...this.strokeAttributes() });
  }

  /** Fills the present path; paths as arguments are not used by the figures. */
  fill(rule?: Path2D | CanvasFillRule): void {
    this.add('path', {
      d: this.path,
      ...(rule === 'evenodd' ? { 'fill-rule': 'evenodd' } : {}),
      ...this.fillAttributes(),
    });
  }

  fillRect(x: number, y: number, width: number, height: number): void {
    this.add('rect', { ...rectangle(x, y, width, height), ...this.fillAttributes() });
  }

  strokeRect(x: number, y: number, width: number, height: number): void {
    const shape = rectangle(x, y, width, height);
    this.add('rect', { ...shape, fill: 'none', ...this.strokeAttributes() });
  }

  clip(): void {
    this.clipCount += 1;
    const id = `clip-${this.clipCount}`;
    // Without the transform, which the clipped group has already.
    const clip = this.appendTo(this.state.parent, 'clipPath', { id });
    this.appendTo(clip, 'path', { d: this.path });
    const group = this.add('g', { 'clip-path': `url(#${id})` });
    // The group carries the transform from here on.
    this.state = { ...this.state, parent: group, transform: '' };
  }

  fillText(text: string, x: number, y: number): void {
    const { size, family } = parseFont(this.state.font);
    const element = this.add('text', {
      x: number(x),
      y: number(y + baselineShift(this.state.textBaseline) * size),
      'font-size': number(size),
      'font-family': family,
      'text-anchor': textAnchor(this.state.textAlign),
      ...this.fillAttributes(),
    });
    element.textContent = text;
  }

  measureText(text: string): TextMetrics {
    return this.measure(text, this.state.font);
  }

  drawImage(source: CanvasImageSource, ...numbers: number[]): void {
    const [a = 0, b = 0, c = 0, d = 0, x = 0, y = 0, width = 0, height = 0] = numbers;
    const isCropped = numbers.length === 8;
    const target = isCropped ? ([x, y, width, height] as const) : ([a, b, c, d] as const);
    const crop = isCropped ? ([a, b, c, d] as const) : null;
    if (target[2] <= 0 || target[3] <= 0) return;
    const smooth = this.state.imageSmoothingEnabled;
    this.add('image', {
      ...rectangle(...target),
      preserveAspectRatio: 'none',
      href: this.embed(source, crop, target[2], target[3], smooth),
    });
  }

  private strokeAttributes(): Record<string, string> {
    const { strokeStyle, lineWidth, lineJoin, lineDash } = this.state;
    const { colour, opacity } = svgColour(strokeStyle);
    return {
      stroke: colour,
      'stroke-width': number(lineWidth),
      'stroke-linejoin': lineJoin,
      ...(opacity < 1 ? { 'stroke-opacity': number(opacity) } : {}),
      ...(lineDash.length > 0 ? { 'stroke-dasharray': lineDash.map(number).join(' ') } : {}),
    };
  }

  private fillAttributes(): Record<string, string> {
    const { colour, opacity } = svgColour(this.state.fillStyle);
    return { fill: colour, ...(opacity < 1 ? { 'fill-opacity': number(opacity) } : {}) };
  }

  private addTransform(step: string): void {
    const { transform } = this.state;
    this.state = { ...this.state, transform: transform ? `${transform} ${step}` : step };
  }

  private add(name: string, attributes: Readonly<Record<string, string>>): SVGElement {
    const { transform, parent } = this.state;
    return this.appendTo(parent, name, transform ? { ...attributes, transform } : attributes);
  }

  private appendTo(
    parent: SVGElement,
    name: string,
    attributes: Readonly<Record<string, string>>,
  ): SVGElement {
    const element = this.document.createElementNS(svgNamespace, name);
    if (!(element instanceof SVGElement)) throw new TypeError(`${name} is no SVG element.`);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  }
}

function rectangle(x: number, y: number, width: number, height: number): Record<string, string> {
  return { x: number(x), y: number(y), width: number(width), height: number(height) };
}

function plainColour(style: string | CanvasGradient | CanvasPattern): string {
  if (typeof style !== 'string') throw new TypeError('A figure is drawn in plain colours.');
  return style;
}
