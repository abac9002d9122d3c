// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { Combobox } from './Combobox.tsx';
import { matchingChoices } from './matching-choices.ts';

afterEach(cleanup);

const choices = ['tabby cat', 'Egyptian cat', 'lion', 'café', 'catamaran'];

function show() {
  const onChange = vi.fn<(index: number) => void>();
  render(<Combobox label="Target class" choices={choices} value={2} onChange={onChange} />);
  return { onChange, field: screen.getByRole('combobox', { name: 'Target class' }) };
}

it('finds names by any part, those that begin with it first', () => {
  expect(matchingChoices(choices, 'CAT')).toEqual([4, 0, 1]);
  expect(matchingChoices(choices, ' cafe ')).toEqual([3]);
  expect(matchingChoices(choices, '')).toEqual([0, 1, 2, 3, 4]);
  expect(matchingChoices(choices, '.*')).toEqual([]);
});

it('shows the chosen name, opens on a click, and takes what is clicked', async () => {
  const { field, onChange } = show();
  expect(field).toHaveProperty('value', 'lion');
  expect(screen.queryByRole('option')).toBeNull();
  await userEvent.click(field);
  expect(screen.getByRole('option', { selected: true }).textContent).toBe('lion');
  await userEvent.click(screen.getByRole('option', { name: 'Egyptian cat' }));
  expect(onChange).toHaveBeenCalledExactlyOnceWith(1);
  expect(screen.queryByRole('option')).toBeNull();
});

it('is walked by the keyboard', async () => {
  const { field, onChange } = show();
  await userEvent.click(field);
  await userEvent.keyboard('cat{ArrowDown}');
  const active = document.getElementById(field.getAttribute('aria-activedescendant') ?? '');
  expect(active?.textContent).toBe('tabby cat');
  await userEvent.keyboard('{Enter}');
  expect(onChange).toHaveBeenCalledExactlyOnceWith(0);
});

it('says when nothing is found, and Escape leaves all as it was', async () => {
  const { field, onChange } = show();
  await userEvent.click(field);
  await userEvent.keyboard('zebra');
  expect(screen.getByText('No such label')).toBeTruthy();
  await userEvent.keyboard('{Enter}{Escape}');
  expect(onChange).not.toHaveBeenCalled();
  expect(field).toHaveProperty('value', 'lion');
});
