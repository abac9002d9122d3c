// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { createGeometry, type Rectangle } from '../../math/geometry.ts';
import { createScale } from '../../math/scales.ts';
import { Overlay, type OverlayProps } from './Overlay.tsx';
import { RegionEditor } from './RegionEditor.tsx';

afterEach(cleanup);

const geometry = createGeometry(
  200,
  100,
  {
    width: 64,
    height: 64,
    channelCount: 3,
    patchWidth: 16,
    patchHeight: 16,
    referenceCropX: 1,
    referenceCropY: 1,
  },
  { mode: 'crop' },
);

const values = new Float32Array(16).fill(1 / 16);

beforeEach(() => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(
    new DOMRect(10, 20, 400, 200),
  );
});
afterEach(() => vi.restoreAllMocks());

function show(props: Partial<OverlayProps> = {}) {
  render(
    <Overlay
      picture={document.createElement('canvas')}
      geometry={geometry}
      values={values}
      scale={createScale('linear', values)}
      colourMap={colourMap('viridis')}
      opacity={0.6}
      smooth
      queryPatch={null}
      hoveredPatch={null}
      description="Layer 4, head 2."
      {...props}
    />,
  );
  return screen.getByRole('img', { name: 'Attention overlay' });
}

describe('Overlay', () => {
  it('is an image with a description', () => {
    const image = show();
    const description = document.getElementById(image.getAttribute('aria-describedby') ?? '');
    expect(description?.textContent).toBe('Layer 4, head 2.');
  });

  it('reports a hovered patch once, and leaving', () => {
    const onHover = vi.fn<(patch: number | null) => void>();
    const image = show({ onHover });
    // The region covers CSS pixels 100 to 300 across; a patch is 50 wide.
    fireEvent.pointerMove(image, { clientX: 10 + 110, clientY: 20 + 60 });
    fireEvent.pointerMove(image, { clientX: 10 + 120, clientY: 20 + 70 });
    fireEvent.pointerMove(image, { clientX: 10 + 160, clientY: 20 + 70 });
    fireEvent.pointerMove(image, { clientX: 10 + 50, clientY: 20 + 70 });
    fireEvent.pointerLeave(image);
    expect(onHover.mock.calls).toEqual([[4], [5], [null]]);
  });

  it('selects the patch that is clicked, and nothing beside the map', () => {
    const onSelect = vi.fn<(patch: number) => void>();
    const image = show({ onSelect });
    fireEvent.pointerUp(image, { clientX: 10 + 299, clientY: 20 + 199, button: 0 });
    fireEvent.pointerUp(image, { clientX: 10 + 20, clientY: 20 + 100, button: 0 });
    expect(onSelect.mock.calls).toEqual([[15]]);
  });
});

describe('RegionEditor', () => {
  it('is moved and resized by keys that the page does not see', () => {
    const onChange = vi.fn<(region: Rectangle) => void>();
    const onPageKey = vi.fn<() => void>();
    document.addEventListener('keydown', onPageKey);
    render(
      <RegionEditor
        sourceWidth={200}
        sourceHeight={100}
        aspect={1}
        region={{ x: 10, y: 10, width: 40, height: 40 }}
        onChange={onChange}
      />,
    );
    const body = screen.getByRole('button', { name: /Crop region: 40 × 40 pixels at 10, 10/ });
    fireEvent.keyDown(body, { key: 'ArrowRight' });
    expect(onChange).toHaveBeenLastCalledWith({ x: 12, y: 10, width: 40, height: 40 });
    fireEvent.keyDown(body, { key: 'ArrowDown', shiftKey: true });
    expect(onChange).toHaveBeenLastCalledWith({ x: 10, y: 10, width: 42, height: 42 });
    fireEvent.keyDown(body, { key: 'x' });
    expect(onChange).toHaveBeenCalledTimes(2);
    expect(onPageKey).toHaveBeenCalledOnce();
    document.removeEventListener('keydown', onPageKey);
  });

  it('is dragged, in source pixels', () => {
    const onChange = vi.fn<(region: Rectangle) => void>();
    const onCommit = vi.fn<(region: Rectangle) => void>();
    render(
      <RegionEditor
        sourceWidth={200}
        sourceHeight={100}
        aspect={1}
        region={{ x: 10, y: 10, width: 40, height: 40 }}
        onChange={onChange}
        onCommit={onCommit}
      />,
    );
    const body = screen.getByRole('button');
    body.setPointerCapture = () => {};
    fireEvent.pointerDown(body, { pointerId: 1, button: 0, clientX: 100, clientY: 100 });
    fireEvent.pointerMove(body, { pointerId: 1, clientX: 120, clientY: 110 });
    fireEvent.pointerUp(body, { pointerId: 1, clientX: 120, clientY: 110 });
    expect(onChange).toHaveBeenLastCalledWith({ x: 20, y: 15, width: 40, height: 40 });
    expect(onCommit).toHaveBeenCalledOnce();
  });
});
