/** Colours of what is drawn around the data: text, lines, grounds. CSS colours. */
export interface Ink {
  readonly text: string;
  readonly muted: string;
  readonly accent: string;
  readonly line: string;
  readonly panel: string;
  readonly sunk: string;
  readonly fontFamily: string;
}

/** The theme's ink, from the custom properties that hold at an element. */
export function inkOf(element: Element): Ink {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    text: colour('--text'),
    muted: colour('--muted'),
    accent: colour('--accent'),
    line: colour('--line'),
    panel: colour('--panel'),
    sunk: colour('--sunk'),
    fontFamily: style.fontFamily,
  };
}

/** Black on white, for print. */
export const printInk: Ink = {
  text: '#1a1a19',
  muted: '#55534f',
  accent: '#1d5fd6',
  line: '#c9c6c1',
  panel: '#ffffff',
  sunk: '#f1f0ee',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
};
