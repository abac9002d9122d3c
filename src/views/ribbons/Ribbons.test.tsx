// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { AlignmentPlace } from '../alignment-matrix/alignment-place.ts';
import { Ribbons, type RibbonsProps } from './Ribbons.tsx';

const queryLabels = ['la', 'maison'];
const keyLabels = ['the', '<b>', '\u202E'];
const filter = { kind: 'threshold', least: 0.2 } as const;

beforeEach(() => {
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(
    new DOMRect(100, 50, 360, 90),
  );
  vi.spyOn(HTMLElement.prototype, 'clientWidth', 'get').mockReturnValue(360);
  vi.spyOn(HTMLElement.prototype, 'clientHeight', 'get').mockReturnValue(90);
});
afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

function show(props: Partial<RibbonsProps> = {}) {
  const onHover = vi.fn<(place: AlignmentPlace | null) => void>();
  const onSelect = vi.fn<(place: AlignmentPlace | null) => void>();
  const { container } = render(
    <Ribbons
      values={new Float32Array([0.7, 0.2, 0.1, 0.05, 0.9, 0.05])}
      queryLabels={queryLabels}
      keyLabels={keyLabels}
      filter={filter}
      hovered={null}
      onHover={onHover}
      onSelect={onSelect}
      {...props}
    />,
  );
  return { container, surface: screen.getByRole('img', { name: 'Ribbons' }), onHover, onSelect };
}

it('reports each hovered token once', () => {
  const { surface, onHover } = show();
  fireEvent.pointerMove(surface, { clientX: 104, clientY: 96 });
  fireEvent.pointerMove(surface, { clientX: 106, clientY: 97 });
  fireEvent.pointerMove(surface, { clientX: 455, clientY: 120 });
  fireEvent.pointerMove(surface, { clientX: 280, clientY: 120 });
  expect(onHover.mock.calls).toEqual([
    [{ query: null, key: 1 }],
    [{ query: 1, key: null }],
    [null],
  ]);
});

it('chooses by click and by keys, and releases by another click and by Escape', () => {
  const { surface, onSelect } = show({ selected: { query: 1, key: null } });
  fireEvent.click(surface, { clientX: 455, clientY: 120 });
  fireEvent.click(surface, { clientX: 104, clientY: 60 });
  fireEvent.keyDown(surface, { key: 'ArrowUp' });
  fireEvent.keyDown(surface, { key: 'Escape' });
  expect(onSelect.mock.calls).toEqual([
    [null],
    [{ query: null, key: 0 }],
    [{ query: 0, key: null }],
    [null],
  ]);
});

it('says how many lines there are, and what a token looks at', () => {
  expect(show().container.textContent).toContain('3 lines');
  cleanup();
  const { container } = show({ hovered: { query: 0, key: null } });
  expect(container.textContent).toContain('la looks at the 0.7, <b> 0.2, U+202E 0.1');
  expect(container.querySelector('b')).toBeNull();
});

it('names the heads by their colours', () => {
  show({ values: new Float32Array(12).fill(1 / 3), headCount: 2, headNames: ['2.1'] });
  expect(screen.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
    '2.1',
    'head 2',
  ]);
});
