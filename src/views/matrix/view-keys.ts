import {
  layoutMatrix,
  panBy,
  wholeMatrix,
  zoomAt,
  type MatrixBox,
  type MatrixView,
} from './layout-matrix.ts';

const zoomStep = 1.6;
/** Shares of the plot that an arrow key moves. */
const smallStep = 0.1;
const largeStep = 0.5;

interface Key {
  readonly key: string;
  readonly shiftKey: boolean;
}

/**
 * The view after a key, or null for keys that are none of the matrix's: + and − zoom around the
 * middle, 0 shows the whole, arrow keys move a zoomed view.
 */
export function viewAfterKey(
  view: MatrixView,
  box: MatrixBox,
  { key, shiftKey }: Key,
): MatrixView | null {
  const { plot } = layoutMatrix(box, view);
  const zoom = (factor: number) =>
    zoomAt(view, box, factor, plot.x + plot.width / 2, plot.y + plot.height / 2);
  const step = shiftKey ? largeStep : smallStep;
  const pan = (right: number, down: number) =>
    view.zoom > 1 ? panBy(view, box, -right * step * plot.width, -down * step * plot.height) : null;
  switch (key) {
    case '+':
    case '=':
      return zoom(zoomStep);
    case '-':
    case '_':
      return zoom(1 / zoomStep);
    case '0':
      return wholeMatrix;
    case 'ArrowLeft':
      return pan(-1, 0);
    case 'ArrowRight':
      return pan(1, 0);
    case 'ArrowUp':
      return pan(0, -1);
    case 'ArrowDown':
      return pan(0, 1);
    default:
      return null;
  }
}
