// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { linearScale } from '../../math/scales.ts';
import { AlignmentMatrix, type AlignmentMatrixProps } from './AlignmentMatrix.tsx';
import type { AlignmentCell, AlignmentPlace } from './alignment-place.ts';
import { frameAlignment } from './layout-alignment.ts';

const queryLabels = ['la', 'maison', ' '];
const keyLabels = ['the', 'house', '.'];
const frame = frameAlignment(['la', 'maison', '␣'], keyLabels, 600);

beforeEach(() => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(
    new DOMRect(100, 50, 600, 400),
  );
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(400);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function show(props: Partial<AlignmentMatrixProps> = {}) {
  const onHover = vi.fn<(place: AlignmentPlace | null) => void>();
  const onPin = vi.fn<(cell: AlignmentCell | null) => void>();
  render(
    <AlignmentMatrix
      values={new Float32Array([0.9, 0.1, 0, 0, 1, 0, 0, 0, 1])}
      queryLabels={queryLabels}
      keyLabels={keyLabels}
      scale={linearScale(0, 1)}
      colourMap={colourMap('viridis')}
      hovered={null}
      pinned={null}
      onHover={onHover}
      onPin={onPin}
      {...props}
    />,
  );
  return { surface: screen.getByRole('img', { name: 'Alignment matrix' }), onHover, onPin };
}

const at = (query: number, key: number) => ({
  clientX: 100 + frame.queryBand + (key + 0.5) * frame.cell,
  clientY: 50 + frame.keyBand + (query + 0.5) * frame.cell,
});

it('reports each hovered place once', () => {
  const { surface, onHover } = show();
  fireEvent.pointerMove(surface, at(1, 2));
  fireEvent.pointerMove(surface, at(1, 2.2));
  fireEvent.pointerMove(surface, { ...at(2, 0), clientX: 104 });
  fireEvent.pointerLeave(surface);
  expect(onHover.mock.calls).toEqual([[{ query: 1, key: 2 }], [{ query: 2, key: null }], [null]]);
});

it('pins by click, and releases by another click and by Escape', () => {
  const { surface, onPin } = show();
  fireEvent.click(surface, at(1, 2));
  expect(onPin).toHaveBeenLastCalledWith({ query: 1, key: 2 });
  cleanup();
  const pinned = show({ pinned: { query: 1, key: 2 } });
  fireEvent.click(pinned.surface, at(1, 2));
  fireEvent.keyDown(pinned.surface, { key: 'Escape' });
  expect(pinned.onPin.mock.calls).toEqual([[null], [null]]);
});

it('moves the pinned cell by arrow keys that the page does not see', () => {
  const onPageKey = vi.fn<() => void>();
  document.addEventListener('keydown', onPageKey);
  const { surface, onPin } = show({ pinned: { query: 1, key: 2 } });
  fireEvent.keyDown(surface, { key: 'ArrowDown' });
  expect(onPin).toHaveBeenLastCalledWith({ query: 2, key: 2 });
  expect(onPageKey).not.toHaveBeenCalled();
  fireEvent.keyDown(surface, { key: 'a' });
  expect(onPageKey).toHaveBeenCalledOnce();
  document.removeEventListener('keydown', onPageKey);
});

it('pins nothing above the diagonal of a causal matrix', () => {
  const { surface, onPin } = show({ causal: true });
  fireEvent.click(surface, at(0, 2));
  expect(onPin).not.toHaveBeenCalled();
  fireEvent.click(surface, at(2, 0));
  expect(onPin).toHaveBeenCalledExactlyOnceWith({ query: 2, key: 0 });
});

it('says the hovered cell, with white space made visible', () => {
  const { surface } = show({ hovered: { query: 2, key: 1 } });
  expect(surface.parentElement?.textContent).toContain('␣ → house: 0');
});

it('takes an empty alignment', () => {
  const { surface, onPin } = show({ values: new Float32Array(0), queryLabels: [], keyLabels: [] });
  fireEvent.keyDown(surface, { key: 'ArrowDown' });
  fireEvent.pointerMove(surface, at(0, 0));
  expect(onPin).not.toHaveBeenCalled();
});
