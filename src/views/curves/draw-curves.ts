import type { DrawingContext } from '../canvas/drawing-context.ts';
import type { Ink } from '../canvas/ink.ts';
import type { CurvePoint, CurvesLayout } from './layout-curves.ts';

export interface CurvesWords {
  readonly shareTitle: string;
  readonly valueTitle: string;
}

/** Curves on paper: what the component shows. */
export function drawCurves(
  context: DrawingContext,
  layout: CurvesLayout,
  { shareTitle, valueTitle }: CurvesWords,
  height: number,
  ink: Ink,
  /** Canvas pixels for each pixel of the layout. */
  pixelRatio: number,
): void {
  const { plot, shareTicks, valueTicks, curve, band, mean } = layout;
  context.save();
  context.scale(pixelRatio, pixelRatio);
  context.font = `11px ${ink.fontFamily}`;
  context.fillStyle = ink.muted;
  context.textBaseline = 'middle';
  context.strokeStyle = ink.line;
  context.lineWidth = 1;
  for (const { at, text } of valueTicks) {
    trace(context, [
      { x: plot.x, y: at },
      { x: plot.x + plot.width, y: at },
    ]);
    context.stroke();
    context.textAlign = 'right';
    context.fillText(text, plot.x - 6, at);
  }
  context.textAlign = 'center';
  for (const { at, text } of shareTicks) context.fillText(text, at, plot.y + plot.height + 10);
  context.fillText(shareTitle, plot.x + plot.width / 2, height - 7);
  context.save();
  context.translate(9, plot.y + plot.height / 2);
  context.rotate(-Math.PI / 2);
  context.fillText(valueTitle, 0, 0);
  context.restore();

  if (band.length > 0) {
    trace(context, band);
    context.fillStyle = 'rgb(128 128 128 / 0.28)';
    context.fill();
    context.save();
    context.setLineDash([4, 3]);
    context.strokeStyle = ink.muted;
    trace(context, mean);
    context.stroke();
    context.restore();
  }
  trace(context, curve);
  context.strokeStyle = ink.accent;
  context.lineWidth = 2;
  context.stroke();
  context.restore();
}

function trace(context: DrawingContext, points: readonly CurvePoint[]): void {
  context.beginPath();
  for (const [index, { x, y }] of points.entries())
    if (index === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
}
