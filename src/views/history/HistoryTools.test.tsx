// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { HistoryTools } from './HistoryTools.tsx';
import { useHistoryKeys } from './use-history-keys.ts';

afterEach(cleanup);

const disabled = (name: string) => screen.getByRole('button', { name }).hasAttribute('disabled');

it('offers what there is to undo, to redo and to reset', async () => {
  const onReset = vi.fn<() => void>();
  render(
    <HistoryTools
      canUndo={false}
      canRedo
      isChanged
      onUndo={() => {}}
      onRedo={() => {}}
      onReset={onReset}
    />,
  );
  expect(disabled('Undo')).toBe(true);
  expect(disabled('Redo')).toBe(false);
  await userEvent.click(screen.getByRole('button', { name: 'Reset changes' }));
  expect(onReset).toHaveBeenCalledOnce();
});

it('hears its keys anywhere but in text', async () => {
  const undo = vi.fn<() => void>();
  const redo = vi.fn<() => void>();
  function Page() {
    useHistoryKeys(undo, redo);
    return <input aria-label="Text" />;
  }
  render(<Page />);
  await userEvent.keyboard('{Control>}z{/Control}');
  expect(undo).toHaveBeenCalledOnce();
  await userEvent.keyboard('{Control>}{Shift>}Z{/Shift}{/Control}');
  await userEvent.keyboard('{Control>}y{/Control}');
  expect(redo).toHaveBeenCalledTimes(2);
  await userEvent.keyboard('z');
  await userEvent.click(screen.getByRole('textbox'));
  await userEvent.keyboard('{Control>}z{/Control}');
  expect(undo).toHaveBeenCalledOnce();
});
