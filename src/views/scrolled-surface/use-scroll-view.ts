import { useLayoutEffect, useRef, useState, type RefObject } from 'react';

/** What of its content a scrolled element shows, in CSS pixels. */
export interface ScrollView {
  /** Without scroll bars. */
  readonly width: number;
  readonly height: number;
  /** With them: what does not change when they come and go. */
  readonly outerWidth: number;
  readonly x: number;
  readonly y: number;
}

const unknown: ScrollView = { width: 0, height: 0, outerWidth: 0, x: 0, y: 0 };

/** Follows an element's size and its scrolling. All is 0 before the first layout. */
export function useScrollView<Kind extends HTMLElement>(): readonly [
  RefObject<Kind | null>,
  ScrollView,
] {
  const element = useRef<Kind>(null);
  const [view, setView] = useState(unknown);
  useLayoutEffect(() => {
    const present = element.current;
    if (!present) return undefined;
    const measure = () => {
      const next = viewOf(present);
      setView((last) => (isSameView(last, next) ? last : next));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(present);
    present.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      present.removeEventListener('scroll', measure);
    };
  }, []);
  return [element, view];
}

function viewOf(element: HTMLElement): ScrollView {
  return {
    width: element.clientWidth,
    height: element.clientHeight,
    outerWidth: element.getBoundingClientRect().width,
    x: element.scrollLeft,
    y: element.scrollTop,
  };
}

function isSameView(a: ScrollView, b: ScrollView): boolean {
  return (
    a.width === b.width &&
    a.height === b.height &&
    a.outerWidth === b.outerWidth &&
    a.x === b.x &&
    a.y === b.y
  );
}
