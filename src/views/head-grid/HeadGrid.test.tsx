// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { createScale } from '../../math/scales.ts';
import { recordingContext } from '../testing/recording-context.ts';
import { drawHeadGrid } from './draw-head-grid.ts';
import { HeadGrid, type HeadGridProps, type HeadIndex } from './HeadGrid.tsx';
import { layoutHeadGrid } from './layout-head-grid.ts';

afterEach(cleanup);

const maps = { values: new Float32Array(2 * 3 * 4), columns: 2, rows: 2 };

function show(props: Partial<HeadGridProps> = {}) {
  const onSelect = vi.fn<(head: HeadIndex) => void>();
  render(
    <HeadGrid
      layerCount={2}
      headCount={3}
      maps={maps}
      scale={createScale('linear', [0, 1])}
      colourMap={colourMap('viridis')}
      selected={{ layer: 1, head: 0 }}
      onSelect={onSelect}
      {...props}
    />,
  );
  return onSelect;
}

const cellButton = (name: string) => screen.getByRole('button', { name });

it('is a grid of rows for layers and cells for heads, counted from 1', () => {
  show();
  const rows = within(screen.getByRole('grid', { name: 'Heads' })).getAllByRole('row');
  expect(rows).toHaveLength(3);
  const [header, first] = rows;
  if (!header || !first) throw new Error('rows are missing');
  expect(within(header).getAllByRole('columnheader')[1]?.textContent).toBe('Head 1');
  expect(within(first).getByRole('rowheader').textContent).toBe('Layer 1');
  expect(within(first).getAllByRole('gridcell')).toHaveLength(3);
  expect(cellButton('Layer 2, head 3')).toBeTruthy();
});

it('marks the selected head and selects by click', async () => {
  const onSelect = show();
  const [selected] = screen.getAllByRole('gridcell', { selected: true });
  expect(selected?.contains(cellButton('Layer 2, head 1'))).toBe(true);
  await userEvent.click(cellButton('Layer 1, head 3'));
  expect(onSelect).toHaveBeenCalledExactlyOnceWith({ layer: 0, head: 2 });
});

it('has one tab stop, moved by arrow keys that the page does not see', async () => {
  const onPageKey = vi.fn<() => void>();
  document.addEventListener('keydown', onPageKey);
  const onSelect = show();
  await userEvent.tab();
  expect(document.activeElement).toBe(cellButton('Layer 2, head 1'));
  onPageKey.mockClear();
  await userEvent.keyboard('{ArrowUp}{ArrowRight}');
  expect(document.activeElement).toBe(cellButton('Layer 1, head 2'));
  await userEvent.keyboard('{End}{ArrowRight}');
  expect(document.activeElement).toBe(cellButton('Layer 1, head 3'));
  expect(onPageKey).not.toHaveBeenCalled();
  await userEvent.keyboard('{Enter}');
  expect(onSelect).toHaveBeenCalledExactlyOnceWith({ layer: 0, head: 2 });
  expect(screen.getAllByRole('button').filter((button) => button.tabIndex === 0)).toHaveLength(1);
  document.removeEventListener('keydown', onPageKey);
});

it('shows heads in the order given, by their own numbers', async () => {
  const onSelect = show({
    order: [
      [2, 0, 1],
      [0, 1, 2],
    ],
  });
  const [first] = screen.getAllByRole('gridcell');
  expect(first?.textContent).toBe('3');
  await userEvent.click(cellButton('Layer 1, head 3'));
  expect(onSelect).toHaveBeenCalledExactlyOnceWith({ layer: 0, head: 2 });
});

it('reports the hovered head when it changes', () => {
  const onHover = vi.fn<(head: HeadIndex | null) => void>();
  show({ onHover });
  fireEvent.pointerOver(cellButton('Layer 1, head 2'));
  fireEvent.pointerOver(cellButton('Layer 1, head 2'));
  fireEvent.pointerOver(cellButton('Layer 2, head 2'));
  fireEvent.pointerLeave(screen.getByRole('grid'));
  expect(onHover.mock.calls).toEqual([[{ layer: 0, head: 1 }], [{ layer: 1, head: 1 }], [null]]);
});

it('holds an extra for each cell, whose clicks select nothing', async () => {
  const onSelect = show({
    cellExtra: (layer, head) => <button type="button">{`keep ${layer}.${head}`}</button>,
    describeHead: (layer, head) => `${layer + head} bits`,
  });
  await userEvent.click(screen.getByRole('button', { name: 'keep 1.2' }));
  expect(onSelect).not.toHaveBeenCalled();
  expect(cellButton('Layer 2, head 3: 3 bits')).toBeTruthy();
});

it('refuses values that are not one for each cell', () => {
  const { context } = recordingContext();
  expect(() =>
    drawHeadGrid(
      context,
      layoutHeadGrid(2, 3, 100, 60, 4),
      { ...maps, values: new Float32Array(5) },
      createScale('linear', [0, 1]),
      new Uint8ClampedArray(1024),
    ),
  ).toThrow('Expected 24 values for 2 × 3 heads, got 5.');
});
