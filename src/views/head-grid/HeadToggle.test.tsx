// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { colourMap } from '../../math/colour-maps.ts';
import { createScale } from '../../math/scales.ts';
import { HeadGrid, type HeadIndex } from './HeadGrid.tsx';
import { HeadToggle } from './HeadToggle.tsx';

afterEach(cleanup);

function show() {
  const onSelect = vi.fn<(head: HeadIndex) => void>();
  const onToggle = vi.fn<(head: HeadIndex) => void>();
  render(
    <HeadGrid
      layerCount={2}
      headCount={3}
      maps={{ values: new Float32Array(24), columns: 2, rows: 2 }}
      scale={createScale('linear', [0, 1])}
      colourMap={colourMap('viridis')}
      selected={{ layer: 0, head: 0 }}
      onSelect={onSelect}
      cellExtra={(layer, head, isTabStop) => (
        <HeadToggle
          layer={layer}
          head={head}
          isOn={head !== 2}
          isTabStop={isTabStop}
          onToggle={() => onToggle({ layer, head })}
        />
      )}
    />,
  );
  return { onSelect, onToggle };
}

const focusedName = () => document.activeElement?.getAttribute('aria-label');

it('is a toggle in every cell that selects nothing', async () => {
  const { onSelect, onToggle } = show();
  expect(screen.getAllByRole('button', { pressed: false })).toHaveLength(2);
  await userEvent.click(screen.getByRole('button', { name: 'Layer 2 head 3', pressed: false }));
  expect(onToggle).toHaveBeenCalledExactlyOnceWith({ layer: 1, head: 2 });
  expect(onSelect).not.toHaveBeenCalled();
  await userEvent.click(screen.getByRole('button', { name: 'Layer 2, head 3' }));
  expect(onSelect).toHaveBeenCalledExactlyOnceWith({ layer: 1, head: 2 });
});

it('is reached by Tab from its cell and walked by arrow keys', async () => {
  const { onToggle } = show();
  await userEvent.tab();
  await userEvent.keyboard('{ArrowRight}');
  expect(focusedName()).toBe('Layer 1, head 2');
  await userEvent.tab();
  expect(focusedName()).toBe('Layer 1 head 2');
  await userEvent.keyboard('{ArrowDown}');
  expect(focusedName()).toBe('Layer 2 head 2');
  await userEvent.keyboard(' ');
  expect(onToggle).toHaveBeenCalledExactlyOnceWith({ layer: 1, head: 1 });
  await userEvent.tab({ shift: true });
  expect(focusedName()).toBe('Layer 2, head 2');
});
