// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createGeometry } from '../../math/geometry.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { drawHidden } from './draw-overlay.ts';
import { layoutOverlay } from './layout-overlay.ts';
import { patchesBetween } from './patch-line.ts';
import { PatchPainter } from './PatchPainter.tsx';

const input = {
  width: 64,
  height: 64,
  channelCount: 3,
  patchWidth: 16,
  patchHeight: 16,
  referenceCropX: 1,
  referenceCropY: 1,
};
/** 4 × 4 patches on a square of 100 × 100. */
const geometry = createGeometry(100, 100, input, { mode: 'crop' });

beforeEach(() => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 100, 100));
  Element.prototype.setPointerCapture = () => {};
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function show(painted = new Uint8Array(16)) {
  const onPaint = vi.fn<(patches: readonly number[], isPainted: boolean, stroke: number) => void>();
  render(
    <PatchPainter
      geometry={geometry}
      painted={painted}
      label="Hide patches"
      nameOf={(patch) => `patch ${patch}`}
      onPaint={onPaint}
    />,
  );
  return { onPaint, surface: screen.getByRole('application', { name: /Hide patches/ }) };
}

const at = (x: number, y: number) => ({ clientX: x, clientY: y, pointerId: 1, button: 0 });

it('paints what a drag passes, and joins the drag', () => {
  const { surface, onPaint } = show();
  fireEvent.pointerDown(surface, at(10, 10));
  fireEvent.pointerMove(surface, at(12, 12));
  fireEvent.pointerMove(surface, at(85, 10));
  fireEvent.pointerUp(surface, at(85, 10));
  fireEvent.pointerMove(surface, at(85, 85));
  expect(onPaint.mock.calls.map(([patches, isPainted]) => [patches, isPainted])).toEqual([
    [[0], true],
    [[0, 1, 2, 3], true],
  ]);
  expect(onPaint.mock.calls[0]?.[2]).toBe(onPaint.mock.calls[1]?.[2]);
});

it('takes paint away from a painted patch on', () => {
  const { surface, onPaint } = show(Uint8Array.from({ length: 16 }, (_, i) => (i === 5 ? 1 : 0)));
  fireEvent.pointerDown(surface, at(30, 30));
  expect(onPaint).toHaveBeenCalledWith([5], false, expect.any(Number));
});

it('is painted by the keyboard', () => {
  const { surface, onPaint } = show();
  fireEvent.keyDown(surface, { key: 'ArrowRight' });
  fireEvent.keyDown(surface, { key: 'ArrowRight' });
  expect(surface.getAttribute('aria-label')).toContain('patch 11, shown');
  fireEvent.keyDown(surface, { key: ' ' });
  expect(onPaint).toHaveBeenCalledExactlyOnceWith([11], true, expect.any(Number));
});

it('leaps over no patch', () => {
  expect(patchesBetween(0, 15, 4)).toEqual([0, 5, 10, 15]);
  expect(patchesBetween(7, 4, 4)).toEqual([7, 6, 5, 4]);
  expect(patchesBetween(9, 9, 4)).toEqual([9]);
});

it('hatches the hidden patches and no others', () => {
  const { context, calls } = recordingContext();
  const hidden = new Uint8Array(16);
  hidden[5] = 1;
  drawHidden(context, layoutOverlay(geometry, 100, 100), geometry, hidden, 1);
  const fills = calls.filter(({ name }) => name === 'fillRect').map(({ args }) => args);
  expect(fills).toEqual([[25, 25, 25, 25]]);
});
