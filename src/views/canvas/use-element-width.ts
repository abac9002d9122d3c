import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** The width of an element in CSS pixels, 0 before it is known. */
export function useElementWidth<Kind extends HTMLElement>(): readonly [
  RefObject<Kind | null>,
  number,
] {
  const element = useRef<Kind>(null);
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const present = element.current;
    if (!present) return undefined;
    setWidth(present.getBoundingClientRect().width);
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(entry.contentRect.width);
    });
    observer.observe(present);
    return () => observer.disconnect();
  }, []);
  return [element, width];
}
