/** The same drawings in the usual way: SVG with a node for each cell or line. */
import { colourIndex, colourMap } from '../../../src/math/colour-maps.ts';
import { selectRibbons } from '../../../src/views/ribbons/select-ribbons.ts';
import type { Drawing, Subject } from './drawing.d.ts';
import { viewAt } from './heed.ts';
import { attentionLike } from './samples.ts';

const namespace = 'http://www.w3.org/2000/svg';
const size = 600;
const { rgba } = colourMap('viridis');

function colourOf(value: number, max: number): string {
  const at = colourIndex(value / max) * 4;
  return `rgb(${rgba[at]} ${rgba[at + 1]} ${rgba[at + 2]})`;
}

function largestOf(values: Float32Array): number {
  return values.reduce((largest, value) => Math.max(largest, value), 0);
}

function node(name: string, attributes: Readonly<Record<string, number | string>>): SVGElement {
  const made = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

/** Rectangles of a grid in rows. */
function cells(values: Float32Array, columns: number, side: number, x = 0, y = 0): SVGElement[] {
  const max = largestOf(values);
  return Array.from(values, (value, index) =>
    node('rect', {
      x: x + (index % columns) * side,
      y: y + Math.floor(index / columns) * side,
      width: side,
      height: side,
      fill: colourOf(value, max),
    }),
  );
}

interface Scene {
  readonly nodes: readonly SVGElement[];
  readonly change: (frame: number, group: SVGElement) => void;
}

function matrixScene(tokenCount: number): Scene {
  const cell = size / tokenCount;
  return {
    nodes: cells(attentionLike(tokenCount, tokenCount), tokenCount, cell),
    change: (frame, group) => {
      const { zoom, firstQuery, firstKey } = viewAt(frame, tokenCount);
      const [x, y] = [-firstKey * cell * zoom, -firstQuery * cell * zoom];
      group.setAttribute('transform', `translate(${x} ${y}) scale(${zoom})`);
    },
  };
}

function ribbonScene(tokenCount: number, headCount: number): Scene {
  const values = attentionLike(headCount * tokenCount, tokenCount);
  const source = { values, headCount, queryCount: tokenCount, keyCount: tokenCount, causal: false };
  const { count, queries, keys, weights } = selectRibbons(source, { kind: 'top', count: 3 });
  const row = size / tokenCount;
  const nodes = Array.from({ length: count }, (_, line) => {
    const [from, to] = [(keys[line] ?? 0) * row, (queries[line] ?? 0) * row];
    return node('path', {
      d: `M0,${from}C${size / 2},${from} ${size / 2},${to} ${size},${to}`,
      fill: 'none',
      stroke: 'steelblue',
      'stroke-opacity': weights[line] ?? 0,
    });
  });
  return {
    nodes,
    change: (frame) => {
      for (const [line, path] of nodes.entries()) {
        const isShown = frame % 2 === 0 || queries[line] === frame % tokenCount;
        path.setAttribute('visibility', isShown ? 'visible' : 'hidden');
      }
    },
  };
}

function headScene(layerCount: number, headCount: number, side: number): Scene {
  const queries = Array.from({ length: 4 }, (_, seed) =>
    attentionLike(layerCount * headCount, side * side, seed + 1),
  );
  const perHead = side * side;
  const cell = size / (headCount * (side + 1));
  const nodes = Array.from({ length: layerCount * headCount }, (_, head) => {
    const values = queries[0]?.subarray(head * perHead, (head + 1) * perHead) ?? new Float32Array();
    const left = (head % headCount) * (side + 1) * cell;
    return cells(values, side, cell, left, Math.floor(head / headCount) * (side + 1) * cell);
  }).flat();
  return {
    nodes,
    change: (frame) => {
      const values = queries[frame % queries.length] ?? new Float32Array();
      const max = largestOf(values);
      for (const [index, rectangle] of nodes.entries())
        rectangle.setAttribute('fill', colourOf(values[index] ?? 0, max));
    },
  };
}

function sceneOf(subject: Subject): Scene {
  switch (subject.kind) {
    case 'matrix':
      return matrixScene(subject.tokenCount);
    case 'ribbons':
      return ribbonScene(subject.tokenCount, subject.headCount);
    case 'heads':
      return headScene(subject.layerCount, subject.headCount, subject.side);
    default:
      return subject satisfies never;
  }
}

export function openPeer(host: HTMLElement, subject: Subject): Drawing {
  const svg = node('svg', { width: size, height: size });
  const group = node('g', {});
  svg.append(group);
  let scene: Scene | null = null;
  let frame = 0;
  return {
    next: () => {
      if (scene === null) {
        scene = sceneOf(subject);
        group.append(...scene.nodes);
        host.append(svg);
      }
      scene.change(frame, group);
      frame += 1;
    },
    remove: () => svg.remove(),
  };
}
