// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { HeadPlot, type PlottedHead } from './HeadPlot.tsx';

afterEach(cleanup);

const focusedName = () => document.activeElement?.getAttribute('aria-label');

function show() {
  const onSelect = vi.fn<(head: PlottedHead) => void>();
  const onHover = vi.fn<(head: PlottedHead | null) => void>();
  render(
    <HeadPlot
      title="Entropy"
      unit="bits"
      values={new Float32Array([1, 3, 4, 2.5])}
      layerCount={2}
      headCount={2}
      selected={{ layer: 0, head: 1 }}
      onSelect={onSelect}
      onHover={onHover}
    />,
  );
  return { onSelect, onHover };
}

it('has a button with a value and its unit for every head', () => {
  show();
  expect(screen.getByRole('region', { name: 'Entropy of every head' })).toBeTruthy();
  expect(screen.getByText('Entropy (bits)')).toBeTruthy();
  expect(screen.getAllByRole('button')).toHaveLength(4);
  expect(
    screen.getByRole('button', { name: 'Layer 1, head 2: entropy 3 bits', pressed: true }),
  ).toBeTruthy();
});

it('selects and reports the hovered head', async () => {
  const { onSelect, onHover } = show();
  await userEvent.click(screen.getByRole('button', { name: /Layer 2, head 1/ }));
  expect(onSelect).toHaveBeenCalledExactlyOnceWith({ layer: 1, head: 0 });
  expect(onHover).toHaveBeenLastCalledWith({ layer: 1, head: 0 });
});

it('is walked by arrow keys from the selected head', async () => {
  show();
  await userEvent.tab();
  expect(focusedName()).toContain('Layer 1, head 2');
  await userEvent.keyboard('{ArrowRight}');
  expect(focusedName()).toContain('Layer 2, head 2: entropy 2.5');
  await userEvent.keyboard('{ArrowUp}{ArrowUp}');
  expect(focusedName()).toContain('Layer 2, head 1: entropy 4');
  await userEvent.keyboard('{ArrowRight}{ArrowLeft}');
  expect(focusedName()).toContain('Layer 1, head 2');
});
