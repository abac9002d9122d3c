// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { linearScale } from '../../math/scales.ts';
import type { MatrixAxis } from './draw-axes.ts';
import type { MatrixCell, MatrixView } from './layout-matrix.ts';
import { Matrix, type MatrixProps } from './Matrix.tsx';

afterEach(cleanup);

beforeEach(() => {
  // A plot of 200 × 200 behind bands of 25 pixels.
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(
    new DOMRect(100, 50, 225, 225),
  );
  Element.prototype.setPointerCapture = () => {};
});
afterEach(() => vi.restoreAllMocks());

const axis: MatrixAxis = {
  count: 10,
  markOf: () => ({ kind: 'text', text: 'a' }),
  nameOf: (index) => `token ${index}`,
};

function show(props: Partial<MatrixProps> = {}) {
  const matrix = (changed: Partial<MatrixProps> = {}) => (
    <Matrix
      values={new Float32Array(100).map((_, i) => i / 100)}
      queries={axis}
      keys={axis}
      scale={linearScale(0, 1)}
      colourMap={colourMap('viridis')}
      selectedQuery={3}
      {...props}
      {...changed}
    />
  );
  const { rerender } = render(matrix());
  return {
    surface: screen.getByRole('img', { name: 'Attention matrix' }),
    change: (changed: Partial<MatrixProps>) => rerender(matrix(changed)),
  };
}

const at = (x: number, y: number) => ({ clientX: 100 + 25 + x, clientY: 50 + y, pointerId: 1 });

const finger = (pointerId: number, x: number, y: number) => ({ ...at(x, y), pointerId });

function click(surface: HTMLElement, x: number, y: number) {
  fireEvent.pointerDown(surface, { ...at(x, y), button: 0 });
  fireEvent.pointerUp(surface, { ...at(x, y), button: 0 });
}

it('names its axes', () => {
  show({ selectedQuery: null });
  expect(screen.getByText('query')).toBeTruthy();
  expect(screen.getByText('key')).toBeTruthy();
});

it('reports each hovered cell once: rows are queries, columns keys', () => {
  const onHover = vi.fn<(cell: MatrixCell | null) => void>();
  const { surface } = show({ onHover });
  fireEvent.pointerMove(surface, at(130, 30));
  fireEvent.pointerMove(surface, at(135, 35));
  fireEvent.pointerMove(surface, at(150, 35));
  fireEvent.pointerMove(surface, at(-5, 35));
  expect(onHover.mock.calls).toEqual([[{ query: 1, key: 6 }], [{ query: 1, key: 7 }], [null]]);
});

it('says the hovered value', () => {
  show({ hoveredQuery: 4, hoveredKey: 7 });
  expect(screen.getByText('token 4').parentElement?.textContent).toBe(
    'query token 4 → key token 7: 0.47',
  );
});

it('selects by click, not by drag', () => {
  const onSelect = vi.fn<(cell: MatrixCell) => void>();
  const { surface } = show({ onSelect });
  click(surface, 50, 110);
  expect(onSelect).toHaveBeenCalledExactlyOnceWith({ query: 5, key: 2 });
  fireEvent.pointerDown(surface, { ...at(50, 110), button: 0 });
  fireEvent.pointerMove(surface, at(80, 110));
  fireEvent.pointerUp(surface, { ...at(80, 110), button: 0 });
  expect(onSelect).toHaveBeenCalledOnce();
});

it('zooms and pans by keys that the page does not see, and by buttons', async () => {
  const onSelect = vi.fn<(cell: MatrixCell) => void>();
  const onPageKey = vi.fn<() => void>();
  document.addEventListener('keydown', onPageKey);
  const { surface } = show({ onSelect, selectedQuery: null });
  // Whole: arrow keys are the page's.
  fireEvent.keyDown(surface, { key: 'ArrowRight' });
  expect(onPageKey).toHaveBeenCalledOnce();
  await userEvent.click(screen.getByRole('button', { name: 'Zoom in' }));
  // At 1.6 cells are 32 pixels; the middle stays: the first key shown is 1.875.
  click(surface, 1, 1);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 1, key: 1 });
  onPageKey.mockClear();
  fireEvent.keyDown(surface, { key: 'ArrowLeft', shiftKey: true });
  click(surface, 1, 1);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 1, key: 0 });
  fireEvent.keyDown(surface, { key: '0' });
  click(surface, 199, 199);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 9, key: 9 });
  expect(onPageKey).not.toHaveBeenCalled();
  document.removeEventListener('keydown', onPageKey);
});

it('zooms by the wheel around the pointer, and lets the page scroll at the end of the zoom', () => {
  const onSelect = vi.fn<(cell: MatrixCell) => void>();
  const { surface } = show({ onSelect, selectedQuery: null });
  const wheel = (deltaY: number) => {
    const event = new WheelEvent('wheel', { deltaY, cancelable: true });
    // The test's DOM gives wheel events no position.
    const { clientX, clientY } = at(150, 50);
    Object.defineProperties(event, { clientX: { value: clientX }, clientY: { value: clientY } });
    return fireEvent(surface, event);
  };
  expect(wheel(100)).toBe(true);
  expect(wheel(-400)).toBe(false);
  click(surface, 150, 50);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 2, key: 7 });
  click(surface, 1, 1);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 1, key: 3 });
});

it('moves a zoomed view to the selected row', () => {
  const onSelect = vi.fn<(cell: MatrixCell) => void>();
  const { surface, change } = show({ onSelect, selectedQuery: 0 });
  fireEvent.keyDown(surface, { key: '+' });
  fireEvent.keyDown(surface, { key: '+' });
  change({ selectedQuery: 9 });
  click(surface, 10, 199);
  expect(onSelect.mock.lastCall?.[0].query).toBe(9);
});

it('zooms by two fingers around their middle', () => {
  const onSelect = vi.fn<(cell: MatrixCell) => void>();
  const { surface } = show({ onSelect, selectedQuery: null });
  fireEvent.pointerDown(surface, { ...finger(1, 80, 100), button: 0 });
  fireEvent.pointerDown(surface, { ...finger(2, 120, 100), button: 0 });
  fireEvent.pointerMove(surface, finger(1, 60, 100));
  fireEvent.pointerMove(surface, finger(2, 140, 100));
  fireEvent.pointerUp(surface, { ...finger(1, 60, 100), button: 0 });
  fireEvent.pointerUp(surface, { ...finger(2, 140, 100), button: 0 });
  expect(onSelect).not.toHaveBeenCalled();
  // Fingers 40 apart came to be 80 apart: twice the size, around the middle.
  click(surface, 1, 1);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 2, key: 2 });
  click(surface, 199, 199);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 7, key: 7 });
});

it('shows the view that it is given, tells of another, and stays there whatever the query', () => {
  const onSelect = vi.fn<(cell: MatrixCell) => void>();
  const onView = vi.fn<(view: MatrixView) => void>();
  const view = { zoom: 2, firstQuery: 4, firstKey: 3 };
  const { surface } = show({ onSelect, onView, view, selectedQuery: 0 });
  click(surface, 1, 1);
  expect(onSelect).toHaveBeenLastCalledWith({ query: 4, key: 3 });
  expect(onView).not.toHaveBeenCalled();
  fireEvent.keyDown(surface, { key: '0' });
  expect(onView).toHaveBeenLastCalledWith({ zoom: 1, firstQuery: 0, firstKey: 0 });
});
