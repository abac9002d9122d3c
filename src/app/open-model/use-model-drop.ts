import { useEffect } from 'react';
import { takeDrop } from './given-files.ts';
import type { ModelOpening } from './opening.ts';

/**
 * Models dropped anywhere on the page. What is none is left to the workspace. A listener that comes
 * before the workspace's own marks the drop as done (`defaultPrevented`).
 */
export function useModelDrop(opening: ModelOpening): void {
  useEffect(() => {
    const controller = new AbortController();
    const options = { signal: controller.signal, capture: true };
    addEventListener(
      'dragover',
      (event) => {
        // Without this the browser would leave the page for what is dropped.
        if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
      },
      options,
    );
    addEventListener(
      'drop',
      (event) => {
        if (!event.dataTransfer) return;
        const drop = takeDrop(event.dataTransfer);
        if (!drop.isModel) return;
        event.preventDefault();
        void opening.openFiles(drop.read);
      },
      options,
    );
    // Where no workspace takes it, the browser must not show the file in the page's place.
    addEventListener('drop', (event) => event.preventDefault(), { signal: controller.signal });
    return () => controller.abort();
  }, [opening]);
}
