import { useEffect, useLayoutEffect, useRef, type ReactNode } from 'react';
import { classNames } from '../controls/class-names.ts';
import { onThemeChange } from './theme-change.ts';
import styles from './Canvas.module.css';

/** What a canvas measures, in device pixels. */
export interface CanvasSize {
  readonly width: number;
  readonly height: number;
  /** Device pixels for each CSS pixel. */
  readonly pixelRatio: number;
}

/** Draws on a cleared canvas, in device pixels. */
export type Draw = (context: CanvasRenderingContext2D, size: CanvasSize) => void;

export interface CanvasProps {
  /** A new function draws anew: memoise it on what it draws. */
  readonly draw: Draw;
  readonly className?: string | undefined;
}

/**
 * A canvas that always has as many pixels as the screen gives it, whatever the zoom. It is drawn
 * in the same frame as the change that asked for it. Unseen by assistive technology: what holds it
 * has the role and the name.
 */
export function Canvas({ draw, className }: CanvasProps): ReactNode {
  const element = useRef<HTMLCanvasElement>(null);
  const latest = useRef(draw);

  useLayoutEffect(() => {
    latest.current = draw;
    const canvas = element.current;
    if (!canvas) return;
    if (canvas.dataset['measured'] === undefined) fitToBox(canvas);
    paint(canvas, draw);
  }, [draw]);

  useEffect(() => {
    const canvas = element.current;
    if (!canvas) return undefined;
    const stopSize = observeDeviceSize(canvas, (width, height) => {
      if (canvas.width === width && canvas.height === height) return;
      canvas.width = width;
      canvas.height = height;
      paint(canvas, latest.current);
    });
    const stopTheme = onThemeChange(() => paint(canvas, latest.current));
    return () => {
      stopSize();
      stopTheme();
    };
  }, []);

  return (
    <canvas ref={element} className={classNames(styles.canvas, className)} aria-hidden="true" />
  );
}

function fitToBox(canvas: HTMLCanvasElement): void {
  const box = canvas.getBoundingClientRect();
  canvas.width = Math.round(box.width * devicePixelRatio);
  canvas.height = Math.round(box.height * devicePixelRatio);
  canvas.dataset['measured'] = '';
}

function paint(canvas: HTMLCanvasElement, draw: Draw): void {
  const { width, height } = canvas;
  const context = canvas.getContext('2d');
  if (!context || width === 0 || height === 0) return;
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.clearRect(0, 0, width, height);
  draw(context, { width, height, pixelRatio: devicePixelRatio });
}

/**
 * Reports the size in device pixels, also when only the pixel ratio changes. Safari cannot observe
 * device pixels; there the CSS size is rounded.
 */
function observeDeviceSize(
  canvas: HTMLCanvasElement,
  onSize: (width: number, height: number) => void,
): () => void {
  const observer = new ResizeObserver((entries) => {
    for (const { contentRect, devicePixelContentBoxSize } of entries) {
      const box = devicePixelContentBoxSize?.[0];
      onSize(
        devicePixels(contentRect.width, box?.inlineSize),
        devicePixels(contentRect.height, box?.blockSize),
      );
    }
  });
  try {
    observer.observe(canvas, { box: 'device-pixel-content-box' });
  } catch {
    observer.observe(canvas);
  }
  return () => observer.disconnect();
}

/**
 * The observed size where it is the CSS size snapped to pixels. Under Chromium's device emulation
 * it is the CSS size itself, whatever the pixel ratio.
 */
function devicePixels(cssSize: number, observed: number | undefined): number {
  const expected = cssSize * devicePixelRatio;
  return observed !== undefined && Math.abs(observed - expected) <= 1
    ? observed
    : Math.round(expected);
}
