// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { Predictions } from './Predictions.tsx';

afterEach(cleanup);

const predictions = [
  { label: 'tabby cat', probability: 0.612 },
  { label: 'lion cub', probability: 0.022 },
];

it('lists labels with their probabilities', () => {
  render(<Predictions predictions={predictions} />);
  expect(screen.getByRole('list', { name: 'Predictions' })).toBeTruthy();
  const texts = screen.getAllByRole('listitem').map((item) => item.textContent);
  expect(texts).toEqual(['tabby cat61.2 %', 'lion cub2.2 %']);
});

it('selects a label by its position', async () => {
  const onSelect = vi.fn<(position: number) => void>();
  render(<Predictions predictions={predictions} selectedPosition={0} onSelect={onSelect} />);
  expect(screen.getByRole('button', { name: 'tabby cat', pressed: true })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'lion cub', pressed: false }));
  expect(onSelect).toHaveBeenCalledExactlyOnceWith(1);
});
