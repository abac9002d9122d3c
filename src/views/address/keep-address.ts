/** Browsers limit how often the address may change (Safari: 100 times in 10 seconds). */
const writeDelayMs = 250;

export interface AddressKeeping {
  /** Has every change of what is shown told; returns what ends that. */
  readonly subscribe: (listener: () => void) => () => void;
  /** The address of what is shown, from `#` on; null while it is to stay as it is. */
  readonly write: () => string | null;
  /** Hears that the person came by another address. */
  readonly follow: () => void;
}

/**
 * Keeps the address and what is shown alike, both ways.
 * @returns ends it
 */
export function keepAddress({ subscribe, write, follow }: AddressKeeping): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const replace = (): void => {
    const address = write();
    if (address !== null && address !== location.hash) history.replaceState(null, '', address);
  };
  const replaceSoon = (): void => {
    clearTimeout(timer);
    timer = setTimeout(replace, writeDelayMs);
  };
  const unsubscribe = subscribe(replaceSoon);
  // What is shown may have been there before.
  replaceSoon();
  // `replaceState` raises no such event: this is the person's own doing.
  addEventListener('hashchange', follow);
  return () => {
    clearTimeout(timer);
    unsubscribe();
    removeEventListener('hashchange', follow);
  };
}
