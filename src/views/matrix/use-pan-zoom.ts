import { useEffect, useRef, type PointerEvent, type RefObject } from 'react';
import { clampView, panBy, zoomAt, type MatrixBox, type MatrixView } from './layout-matrix.ts';

/** A press that moves farther than this (CSS pixels) is a drag, and no click. */
const dragThreshold = 4;
/** Zoom for each pixel of wheel, and of a trackpad's pinch, which the browser sends as Ctrl. */
const wheelRate = 0.0015;
const pinchRate = 0.01;
const pixelsPerWheelLine = 16;

interface Pointer {
  readonly x: number;
  readonly y: number;
}

interface Gesture {
  readonly pointers: Map<number, Pointer>;
  isDrag: boolean;
  start: Pointer;
}

export interface PanZoom {
  readonly onPointerDown: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerMove: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerUp: (event: PointerEvent<HTMLElement>) => void;
  readonly onPointerCancel: (event: PointerEvent<HTMLElement>) => void;
}

export interface PanZoomOptions {
  readonly surface: RefObject<HTMLElement | null>;
  readonly view: MatrixView;
  /** In CSS pixels. */
  readonly boxOf: (width: number, height: number) => MatrixBox;
  readonly onView: (view: MatrixView) => void;
  /** A press that was no drag, in CSS pixels of the surface. */
  readonly onClick: (x: number, y: number) => void;
}

/** Wheel, drag and two-finger pinch as changes of a view. */
export function usePanZoom({ surface, view, boxOf, onView, onClick }: PanZoomOptions): PanZoom {
  const gesture = useRef<Gesture>({ pointers: new Map(), isDrag: false, start: { x: 0, y: 0 } });
  useWheel(surface, view, boxOf, onView);

  const boxOfTarget = (event: PointerEvent<HTMLElement>) => {
    const { width, height } = event.currentTarget.getBoundingClientRect();
    return boxOf(width, height);
  };
  const forget = (event: PointerEvent<HTMLElement>) => {
    gesture.current.pointers.delete(event.pointerId);
  };

  return {
    onPointerDown(event) {
      if (event.button !== 0) return;
      const present = gesture.current;
      const at = positionOf(event);
      if (present.pointers.size === 0) {
        present.isDrag = false;
        present.start = at;
      }
      present.pointers.set(event.pointerId, at);
      event.currentTarget.setPointerCapture(event.pointerId);
    },
    onPointerMove(event) {
      const present = gesture.current;
      const from = present.pointers.get(event.pointerId);
      if (!from) return;
      const to = positionOf(event);
      const box = boxOfTarget(event);
      if (!present.isDrag && distance(present.start, to) < dragThreshold) return;
      present.isDrag = true;
      const other = [...present.pointers].find(([id]) => id !== event.pointerId)?.[1];
      present.pointers.set(event.pointerId, to);
      onView(
        other ? pinch(view, box, other, from, to) : panBy(view, box, to.x - from.x, to.y - from.y),
      );
    },
    onPointerUp(event) {
      const present = gesture.current;
      const wasDown = present.pointers.has(event.pointerId);
      forget(event);
      const { x, y } = positionOf(event);
      if (wasDown && !present.isDrag) onClick(x, y);
    },
    onPointerCancel: forget,
  };
}

function positionOf(event: PointerEvent<HTMLElement>): Pointer {
  const box = event.currentTarget.getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function distance(from: Pointer, to: Pointer): number {
  return Math.hypot(to.x - from.x, to.y - from.y);
}

/** Two fingers: their distance zooms around their middle, whose movement pans. */
function pinch(
  view: MatrixView,
  box: MatrixBox,
  other: Pointer,
  from: Pointer,
  to: Pointer,
): MatrixView {
  const before = Math.max(1, distance(other, from));
  const middleX = (other.x + to.x) / 2;
  const middleY = (other.y + to.y) / 2;
  const zoomed = zoomAt(view, box, distance(other, to) / before, middleX, middleY);
  return panBy(zoomed, box, (to.x - from.x) / 2, (to.y - from.y) / 2);
}

/**
 * The wheel zooms around the pointer. At the ends of the zoom it scrolls the page, so that nobody
 * is caught. React's own wheel events cannot be prevented.
 */
function useWheel(
  surface: RefObject<HTMLElement | null>,
  view: MatrixView,
  boxOf: (width: number, height: number) => MatrixBox,
  onView: (view: MatrixView) => void,
): void {
  useEffect(() => {
    const element = surface.current;
    if (!element) return undefined;
    const onWheel = (event: WheelEvent) => {
      const bounds = element.getBoundingClientRect();
      const pixels = event.deltaMode === 1 ? event.deltaY * pixelsPerWheelLine : event.deltaY;
      const factor = Math.exp(-pixels * (event.ctrlKey ? pinchRate : wheelRate));
      const box = boxOf(bounds.width, bounds.height);
      const next = zoomAt(
        view,
        box,
        factor,
        event.clientX - bounds.left,
        event.clientY - bounds.top,
      );
      // A pinch over the matrix never zooms the page.
      if (next.zoom === clampView(view, box).zoom && !event.ctrlKey) return;
      event.preventDefault();
      onView(next);
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => element.removeEventListener('wheel', onWheel);
  }, [surface, view, boxOf, onView]);
}
