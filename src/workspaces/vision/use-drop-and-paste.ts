import { useEffect, useState } from 'react';
import type { VisionSession } from './session.ts';

function filesOf(transfer: DataTransfer | null): File[] {
  return [...(transfer?.files ?? [])];
}

/** A picture dragged from another page comes as an address. */
function addressOf(transfer: DataTransfer | null): string | null {
  return transfer?.getData('text/uri-list').split('\n')[0]?.trim() || null;
}

function open(session: VisionSession, transfer: DataTransfer | null): boolean {
  const files = filesOf(transfer);
  const address = addressOf(transfer);
  if (files.length > 0) void session.pictures.openFiles(files);
  else if (address) void session.pictures.open({ kind: 'address', address });
  else return false;
  return true;
}

/**
 * Pictures dropped anywhere on the page, and pasted anywhere but into a text field.
 * @returns whether something is being dragged over the page
 */
export function useDropAndPaste(session: VisionSession): boolean {
  const [isDropping, setDropping] = useState(false);
  useEffect(() => {
    const controller = new AbortController();
    const { signal } = controller;
    const listen = (
      type: 'dragover' | 'dragleave' | 'drop',
      on: (event: DragEvent) => void,
    ): void => addEventListener(type, on, { signal });
    listen('dragover', (event) => {
      // Without this the browser would leave the page for the dropped file.
      event.preventDefault();
      setDropping(true);
    });
    listen('dragleave', (event) => {
      if (event.relatedTarget === null) setDropping(false);
    });
    listen('drop', (event) => {
      setDropping(false);
      // A model was dropped, and the page has taken it.
      if (event.defaultPrevented) return;
      event.preventDefault();
      if (!open(session, event.dataTransfer)) session.fail('What you dropped is not a picture.');
    });
    addEventListener(
      'paste',
      (event) => {
        if (event.target instanceof Element && event.target.closest('input, textarea')) return;
        if (!open(session, event.clipboardData)) session.fail('The clipboard holds no picture.');
      },
      { signal },
    );
    return () => controller.abort();
  }, [session]);
  return isDropping;
}
