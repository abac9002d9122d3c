import { useEffect } from 'react';
import { writeLink } from './link.ts';
import type { VisionSession } from './session.ts';

/** Browsers limit how often the address may change (Safari: 100 times in 10 seconds). */
const writeDelayMs = 250;

/** What follows `#/vision?`, or null for another workspace's address; the plain page is Vision. */
export function parametersOf(hash: string): string | null {
  const match = /^(?:#\/?(?:vision)?)?(?:\?(.*))?$/s.exec(hash);
  return match ? (match[1] ?? '') : null;
}

/** Keeps the address and the workspace's state alike, both ways. */
export function useLink(session: VisionSession): void {
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const write = (): void => {
      const state = session.store.getState();
      if (!state.main.run || parametersOf(location.hash) === null) return;
      const address = `#/vision?${writeLink(state)}`;
      if (address !== location.hash) history.replaceState(null, '', address);
    };
    const writeSoon = (): void => {
      clearTimeout(timer);
      timer = setTimeout(write, writeDelayMs);
    };
    const unsubscribe = session.store.subscribe(writeSoon);
    // What is shown may have been there before the workspace was.
    writeSoon();
    // `replaceState` raises no such event: this is the person's own doing.
    const onHashChange = (): void => {
      const parameters = parametersOf(location.hash);
      if (parameters) void session.openLink(parameters);
    };
    addEventListener('hashchange', onHashChange);
    return () => {
      clearTimeout(timer);
      unsubscribe();
      removeEventListener('hashchange', onHashChange);
    };
  }, [session]);
}
