import { defaultHub, parseFolderAddress } from '../../engine/model-source.ts';

/** The Hub's address, which this browser remembers where the person changed it. */
const storageKey = 'heed-hub';

export function storedHub(): string {
  try {
    return (
      parseFolderAddress(localStorage.getItem(storageKey) ?? '', location.origin) ?? defaultHub
    );
  } catch {
    // Storage may be forbidden; the usual Hub then holds.
    return defaultHub;
  }
}

export function storeHub(hub: string): void {
  try {
    if (hub === defaultHub) localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, hub);
  } catch {
    // The choice then lasts as long as the page.
  }
}
