/** Heed's own views. */
import { createElement, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { colourMap } from '../../../src/math/colour-maps.ts';
import { createScale, extentOf } from '../../../src/math/scales.ts';
import { HeadGrid } from '../../../src/views/head-grid/HeadGrid.tsx';
import type { MatrixAxis } from '../../../src/views/matrix/draw-axes.ts';
import type { MatrixView } from '../../../src/views/matrix/layout-matrix.ts';
import { Matrix } from '../../../src/views/matrix/Matrix.tsx';
import { Ribbons } from '../../../src/views/ribbons/Ribbons.tsx';
import type { Drawing, Subject } from './drawing.d.ts';
import { attentionLike } from './samples.ts';

const colours = colourMap('viridis');
const filter = { kind: 'top', count: 3 } as const;
const ignore = (): void => undefined;

/** A view after so many frames: in and out, and across. */
export function viewAt(frame: number, tokenCount: number): MatrixView {
  const zoom = 1 + (Math.min(20, tokenCount / 20) - 1) * (0.5 - 0.5 * Math.cos(frame / 15));
  const most = tokenCount * (1 - 1 / zoom);
  const across = 0.5 + 0.5 * Math.sin(frame / 23);
  return { zoom, firstQuery: most * across, firstKey: most * (1 - across) };
}

function matrixFrames(tokenCount: number): (frame: number) => ReactNode {
  const values = attentionLike(tokenCount, tokenCount);
  const axis: MatrixAxis = {
    count: tokenCount,
    markOf: (index) => ({ kind: 'text', text: String(index) }),
    nameOf: (index) => `token ${index}`,
  };
  // As the worker brings it along.
  const scale = createScale('linear', values, { extent: extentOf(values) });
  return (frame) =>
    createElement(Matrix, {
      values,
      queries: axis,
      keys: axis,
      scale,
      colourMap: colours,
      selectedQuery: 0,
      view: viewAt(frame, tokenCount),
      onView: ignore,
    });
}

function ribbonFrames(tokenCount: number, headCount: number): (frame: number) => ReactNode {
  const values = attentionLike(headCount * tokenCount, tokenCount);
  const labels = Array.from({ length: tokenCount }, (_, index) => `t${index}`);
  return (frame) =>
    createElement(Ribbons, {
      values,
      headCount,
      queryLabels: labels,
      keyLabels: labels,
      filter,
      // Every line, and then those of one token after the other.
      hovered: frame % 2 === 0 ? null : { query: frame % tokenCount, key: null },
      onHover: ignore,
    });
}

function headFrames(layerCount: number, headCount: number, side: number) {
  const queries = Array.from({ length: 4 }, (_, seed) =>
    attentionLike(layerCount * headCount, side * side, seed + 1),
  );
  const scales = queries.map((values) => createScale('linear', values));
  return (frame: number): ReactNode => {
    const at = frame % queries.length;
    const [values, scale] = [queries[at], scales[at]];
    if (!values || !scale) throw new RangeError('There is no such query.');
    return createElement(HeadGrid, {
      layerCount,
      headCount,
      maps: { values, columns: side, rows: side },
      scale,
      colourMap: colours,
      selected: null,
      onSelect: ignore,
    });
  };
}

function framesOf(subject: Subject): (frame: number) => ReactNode {
  switch (subject.kind) {
    case 'matrix':
      return matrixFrames(subject.tokenCount);
    case 'ribbons':
      return ribbonFrames(subject.tokenCount, subject.headCount);
    case 'heads':
      return headFrames(subject.layerCount, subject.headCount, subject.side);
    default:
      return subject satisfies never;
  }
}

/** Mounts at the first `next`. */
export function openHeed(host: HTMLElement, subject: Subject): Drawing {
  const frames = framesOf(subject);
  const root = createRoot(host);
  let frame = 0;
  return {
    next: () => {
      flushSync(() => root.render(frames(frame)));
      frame += 1;
    },
    remove: () => root.unmount(),
  };
}
