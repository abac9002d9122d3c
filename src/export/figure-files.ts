import { printInk } from '../views/canvas/ink.ts';
import { drawFigure, measureFigure, type Figure } from './figure.ts';
import { SvgContext, svgNamespace, type EmbedImage } from './svg-context.ts';

/** Pixels for each CSS pixel in print: about 300 for each inch. */
export const printPixelRatio = 3;
/** Browsers refuse larger canvases. */
const longestSide = 16_000;

function newCanvas(width: number, height: number) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('The browser gave no canvas to draw the figure on.');
  return { canvas, context };
}

/**
 * A figure as PNG.
 * @throws Error if the browser cannot make the picture
 */
export async function figurePng(figure: Figure, pixelRatio = printPixelRatio): Promise<Blob> {
  const size = measureFigure(figure, newCanvas(1, 1).context);
  const ratio = Math.min(pixelRatio, longestSide / Math.max(size.width, size.height));
  const { canvas, context } = newCanvas(size.width * ratio, size.height * ratio);
  drawFigure(context, figure, size, ratio);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('The browser could not make a picture of this size.'));
    }, 'image/png');
  });
}

/** A figure as SVG: pictures and maps embedded, lines and text as vectors. */
export function figureSvg(figure: Figure, pixelRatio = printPixelRatio): Blob {
  const { context: measuring } = newCanvas(1, 1);
  const size = measureFigure(figure, measuring);
  const svgDocument = document.implementation.createDocument(svgNamespace, 'svg');
  const root = svgDocument.documentElement;
  if (!(root instanceof SVGElement)) throw new TypeError('The browser made no SVG document.');
  root.setAttribute('width', String(size.width));
  root.setAttribute('height', String(size.height));
  root.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
  const title = svgDocument.createElementNS(svgNamespace, 'title');
  title.textContent = figure.caption;
  root.append(title);
  const context = new SvgContext(root, embedAt(pixelRatio), (text, font) => {
    measuring.font = font;
    return measuring.measureText(text);
  });
  drawFigure(context, figure, size, 1, printInk);
  return new Blob([new XMLSerializer().serializeToString(root)], { type: 'image/svg+xml' });
}

function embedAt(pixelRatio: number): EmbedImage {
  return (source, crop, width, height, smooth) => {
    const { canvas, context } = newCanvas(width * pixelRatio, height * pixelRatio);
    context.imageSmoothingEnabled = smooth;
    context.imageSmoothingQuality = 'high';
    if (crop) context.drawImage(source, ...crop, 0, 0, canvas.width, canvas.height);
    else context.drawImage(source, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png');
  };
}
