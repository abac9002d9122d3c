import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import type { PlotLayout } from './layout-plot.ts';

/** The plot on paper: what the component shows, without its buttons. */
export function drawPlot(
  context: DrawingContext,
  layout: PlotLayout,
  title: string,
  height: number,
  selected: { readonly layer: number; readonly head: number } | null,
  ink: Ink,
  /** Canvas pixels for each pixel of the layout. */
  pixelRatio: number,
): void {
  const { plot, layerTicks, valueTicks, points, means } = layout;
  context.save();
  context.scale(pixelRatio, pixelRatio);
  context.font = `11px ${ink.fontFamily}`;
  context.fillStyle = ink.muted;
  context.textBaseline = 'middle';
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  for (const { at, text } of valueTicks) {
    context.beginPath();
    context.moveTo(plot.x, at);
    context.lineTo(plot.x + plot.width, at);
    context.stroke();
    context.textAlign = 'right';
    context.fillText(text, plot.x - 6, at);
  }
  context.textAlign = 'center';
  for (const { at, text } of layerTicks) context.fillText(text, at, plot.y + plot.height + 10);
  context.fillText('layer', plot.x + plot.width / 2, height - 7);
  context.save();
  context.translate(9, plot.y + plot.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(title, 0, 0);
  context.restore();

  context.save();
  context.setLineDash([4, 3]);
  context.strokeStyle = ink.muted;
  context.beginPath();
  for (const [index, { x, y }] of means.entries()) {
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.stroke();
  context.restore();

  for (const { layer, head, x, y } of points) {
    const isSelected = selected?.layer === layer && selected.head === head;
    context.beginPath();
    context.arc(x, y, isSelected ? 5.5 : 3.5, 0, 2 * Math.PI);
    context.fillStyle = isSelected ? ink.accent : ink.muted;
    context.fill();
  }
  context.restore();
}
