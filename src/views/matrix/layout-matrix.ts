import type { Rectangle } from '../../math/geometry.ts';

/** What of a matrix is shown. */
export interface MatrixView {
  /** 1 shows the whole matrix. */
  readonly zoom: number;
  /** The cell at the plot's upper left corner, in fractions of cells. */
  readonly firstQuery: number;
  readonly firstKey: number;
}

export const wholeMatrix: MatrixView = { zoom: 1, firstQuery: 0, firstKey: 0 };

/** The room that a matrix has, in canvas pixels. */
export interface MatrixBox {
  readonly queryCount: number;
  readonly keyCount: number;
  readonly width: number;
  readonly height: number;
  /** Bands beside the plot for the axes: queries at its left, keys below it. */
  readonly queryBand: number;
  readonly keyBand: number;
  /** Cells grow no larger than this. */
  readonly largestCell: number;
}

/** Rows are queries, columns keys. Canvas pixels; cells are square. */
export interface MatrixLayout {
  readonly queryCount: number;
  readonly keyCount: number;
  readonly plot: Rectangle;
  readonly cell: number;
  readonly firstQuery: number;
  readonly firstKey: number;
}

export interface MatrixCell {
  readonly query: number;
  readonly key: number;
}

interface Room {
  readonly width: number;
  readonly height: number;
  /** Cell size that shows the whole matrix. */
  readonly wholeCell: number;
}

function roomOf(box: MatrixBox): Room {
  const width = Math.max(1, box.width - box.queryBand);
  const height = Math.max(1, box.height - box.keyBand);
  const wholeCell = Math.min(width / box.keyCount, height / box.queryCount);
  return { width, height, wholeCell };
}

/** The farthest zoom: at the largest cell, or at 1 where the whole matrix has cells as large. */
export function largestZoom(box: MatrixBox): number {
  return Math.max(1, box.largestCell / roomOf(box).wholeCell);
}

/** The nearest view that lies inside the matrix. */
export function clampView(view: MatrixView, box: MatrixBox): MatrixView {
  const { width, height, wholeCell } = roomOf(box);
  const zoom = Math.min(largestZoom(box), Math.max(1, view.zoom));
  const cell = wholeCell * zoom;
  return {
    zoom,
    firstQuery: clampFirst(view.firstQuery, box.queryCount, height / cell),
    firstKey: clampFirst(view.firstKey, box.keyCount, width / cell),
  };
}

function clampFirst(first: number, count: number, shown: number): number {
  return Math.max(0, Math.min(first, count - shown));
}

export function layoutMatrix(box: MatrixBox, view: MatrixView): MatrixLayout {
  const { width, height, wholeCell } = roomOf(box);
  const { zoom, firstQuery, firstKey } = clampView(view, box);
  const cell = wholeCell * zoom;
  return {
    queryCount: box.queryCount,
    keyCount: box.keyCount,
    plot: {
      x: box.queryBand,
      y: 0,
      width: Math.min(width, box.keyCount * cell),
      height: Math.min(height, box.queryCount * cell),
    },
    cell,
    firstQuery,
    firstKey,
  };
}

/** The cell under a point of the canvas, or null outside the plot. */
export function hitTestMatrix(layout: MatrixLayout, x: number, y: number): MatrixCell | null {
  const { plot, cell, firstQuery, firstKey, queryCount, keyCount } = layout;
  const isInside =
    x >= plot.x && x < plot.x + plot.width && y >= plot.y && y < plot.y + plot.height;
  if (!isInside) return null;
  return {
    query: Math.min(queryCount - 1, Math.floor(firstQuery + (y - plot.y) / cell)),
    key: Math.min(keyCount - 1, Math.floor(firstKey + (x - plot.x) / cell)),
  };
}

/** The rectangle of a cell, which may lie outside the plot. */
export function matrixCellRectangle(layout: MatrixLayout, { query, key }: MatrixCell): Rectangle {
  const { plot, cell, firstQuery, firstKey } = layout;
  return {
    x: plot.x + (key - firstKey) * cell,
    y: plot.y + (query - firstQuery) * cell,
    width: cell,
    height: cell,
  };
}

/** The view zoomed by a factor, with the matrix under a point of the canvas staying there. */
export function zoomAt(
  view: MatrixView,
  box: MatrixBox,
  factor: number,
  x: number,
  y: number,
): MatrixView {
  const before = layoutMatrix(box, view);
  const zoom = Math.min(largestZoom(box), Math.max(1, view.zoom * factor));
  const after = roomOf(box).wholeCell * zoom;
  const across = x - before.plot.x;
  const down = y - before.plot.y;
  return clampView(
    {
      zoom,
      firstQuery: before.firstQuery + down / before.cell - down / after,
      firstKey: before.firstKey + across / before.cell - across / after,
    },
    box,
  );
}

/** The view moved by canvas pixels, as a drag by them moves what is seen. */
export function panBy(
  view: MatrixView,
  box: MatrixBox,
  deltaX: number,
  deltaY: number,
): MatrixView {
  const { cell, firstQuery, firstKey } = layoutMatrix(box, view);
  return clampView(
    {
      zoom: view.zoom,
      firstQuery: firstQuery - deltaY / cell,
      firstKey: firstKey - deltaX / cell,
    },
    box,
  );
}

/** The view moved as little as shows a whole row. */
export function revealQuery(view: MatrixView, box: MatrixBox, query: number): MatrixView {
  const { plot, cell, firstQuery } = layoutMatrix(box, view);
  const shown = plot.height / cell;
  if (query < firstQuery) return clampView({ ...view, firstQuery: query }, box);
  if (query + 1 > firstQuery + shown)
    return clampView({ ...view, firstQuery: query + 1 - shown }, box);
  return view;
}
