import { useEffect } from 'react';

/** Elements that use the arrow keys or letters themselves. */
const keyUsers =
  'input, textarea, select, dialog, [contenteditable], [role=grid] *, [role=grid], [role=tab], [role=radio], [role=menu] *, [data-uses-keys], [data-uses-keys] *';

/** Elements that the space bar presses. */
const pressed = 'button, a, summary';

const arrows: readonly string[] = ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'];

function isTaken(target: Element, key: string): boolean {
  if (key === ' ' && target.closest(pressed)) return true;
  if (!target.closest(keyUsers)) return false;
  // Sliders keep their arrows; letters and brackets still work from them.
  const isSlider = target.matches('input[type=range]');
  return !isSlider || arrows.includes(key) || key === 'Escape';
}

/**
 * Hears keys wherever the focus is but in something that uses them itself.
 * @param press does what a key is for; returns whether it is for anything
 */
export function useShortcutKeys(press: (key: string) => boolean): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const { target, key } = event;
      if (target instanceof Element && isTaken(target, key)) return;
      if (press(key)) event.preventDefault();
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [press]);
}
