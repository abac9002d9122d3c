// @vitest-environment happy-dom
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { TokenLine, type TokenLineProps } from './TokenLine.tsx';

afterEach(cleanup);

function show(props: Partial<TokenLineProps> = {}) {
  const onHover = vi.fn<(index: number | null) => void>();
  const onSelect = vi.fn<(index: number) => void>();
  const { container } = render(
    <TokenLine
      text="la maison <b>"
      spans={[
        [0, 2],
        [3, 6],
        [6, 9],
        [10, 13],
        [13, 13],
      ]}
      special={[false, false, false, false, true]}
      tokens={['la', 'mai', 'son', '<b>', '</s>']}
      selected={null}
      hovered={null}
      label="French"
      onHover={onHover}
      onSelect={onSelect}
      {...props}
    />,
  );
  return { container, onHover, onSelect, group: screen.getByRole('group', { name: 'French' }) };
}

const tokens = () => screen.getAllByRole('button');

it('shows the text as it is, markup included', () => {
  const { group, container } = show();
  expect(group.textContent).toBe('la maison <b>');
  expect(container.querySelector('b')).toBeNull();
  expect(tokens().map((token) => token.textContent)).toEqual(['la', 'mai', 'son', '<b>']);
});

it('says probabilities and what is selected', () => {
  show({ probabilities: [0.9, 0.5, 0.25, 1, 1], selected: 2 });
  const [, , third] = tokens();
  expect(third?.getAttribute('aria-label')).toBe('son, probability 0.25');
  expect(tokens().map((token) => token.getAttribute('aria-pressed'))).toEqual([
    'false',
    'false',
    'true',
    'false',
  ]);
});

it('reports each hovered token once, and none between tokens', () => {
  const { group, onHover } = show();
  const [first, second] = tokens();
  if (!first || !second?.parentElement) throw new Error('no tokens');
  fireEvent.pointerOver(first);
  fireEvent.pointerOver(first);
  fireEvent.pointerOver(group.querySelectorAll('span')[1] ?? group);
  fireEvent.pointerOver(second);
  fireEvent.pointerLeave(second.parentElement);
  expect(onHover.mock.calls).toEqual([[0], [null], [1], [null]]);
});

it('is one stop of Tab, walked by arrow keys, chosen by Enter, Space and click', async () => {
  const { onSelect, onHover } = show({ selected: 1, showSpecial: true });
  const user = userEvent.setup();
  await user.tab();
  expect(document.activeElement?.textContent).toBe('mai');
  await user.keyboard('{ArrowRight}{Enter}{End} {Home}{ArrowLeft}');
  expect(onSelect.mock.calls).toEqual([[2], [4]]);
  expect(document.activeElement?.textContent).toBe('la');
  expect(onHover).toHaveBeenLastCalledWith(0);
  await user.click(screen.getByRole('button', { name: '<b>' }));
  expect(onSelect).toHaveBeenLastCalledWith(3);
  await user.tab();
  expect(document.body.contains(document.activeElement?.closest('[data-token]') ?? null)).toBe(
    false,
  );
});

it('makes a token of white space alone visible', () => {
  show({
    text: 'a \n',
    spans: [
      [0, 1],
      [1, 3],
    ],
    special: [false, false],
    tokens: ['a', '?'],
  });
  expect(screen.getByRole('button', { name: '␣↵' }).textContent).toBe('␣↵\n');
});

it('takes weights that are no numbers or too large', () => {
  show({ weights: new Float32Array([Number.NaN, 7, -1, 0.25, 0]) });
  const strengths = tokens().map((token) => token.style.getPropertyValue('--weight'));
  expect(strengths.slice(0, 3)).toEqual(['0', '1', '0']);
  expect(Number(strengths[3])).toBeCloseTo(0.25 ** 0.6);
});
