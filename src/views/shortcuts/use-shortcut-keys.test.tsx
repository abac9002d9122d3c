// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { useShortcutKeys } from './use-shortcut-keys.ts';

afterEach(cleanup);

function setUp() {
  const press = vi.fn<(key: string) => boolean>(() => true);
  function Page() {
    useShortcutKeys(press);
    return (
      <>
        <button>Button</button>
        <input type="range" aria-label="Slider" />
        <input aria-label="Text" />
      </>
    );
  }
  render(<Page />);
  const keysFrom = async (element: HTMLElement | null, keys: string) => {
    press.mockClear();
    element?.focus();
    await userEvent.keyboard(keys);
    return press.mock.calls.map(([key]) => key);
  };
  return { keysFrom };
}

it('hears keys but where something uses them itself', async () => {
  const { keysFrom } = setUp();
  expect(await keysFrom(null, 'x[ArrowUp] ')).toEqual(['x', 'ArrowUp', ' ']);
  expect(await keysFrom(screen.getByRole('button'), 'x[ArrowUp] ')).toEqual(['x', 'ArrowUp']);
  expect(await keysFrom(screen.getByRole('slider'), 'x[ArrowUp][Escape]')).toEqual(['x']);
  expect(await keysFrom(screen.getByRole('textbox'), 'x[ArrowUp][Escape]')).toEqual([]);
});

it('leaves the keys of the browser alone', async () => {
  const { keysFrom } = setUp();
  expect(await keysFrom(null, '{Control>}x{/Control}')).toEqual([]);
});
