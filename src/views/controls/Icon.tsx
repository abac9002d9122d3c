import type { ReactNode } from 'react';

/** Paths on a 16 × 16 grid, drawn with a stroke of 1.4. */
const paths = {
  camera: 'M2.5 6h2.3L6 4h4l1.2 2h2.3v7h-11zM8 7a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 0 0 8 7z',
  link: 'M7 9a3 3 0 0 0 4.2 0l2-2A2.9 2.9 0 0 0 9 3l-.9.9M9 7a3 3 0 0 0-4.2 0l-2 2A2.9 2.9 0 0 0 7 13l.9-.9',
  upload: 'M8 10.5v-8M5 5.5l3-3 3 3M3 13.5h10',
  download: 'M8 2.5v8M5 7.5l3 3 3-3M3 13.5h10',
  compare: 'M2 4h5v8H2zM9 4h5v8H9z',
  fullscreen: 'M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3',
  theme: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3zM8 3v10M8 5l4 1M8 8h5M8 11l4-1',
  plus: 'M8 3.5v9M3.5 8h9',
  minus: 'M3.5 8h9',
  reset: 'M3.5 8a4.5 4.5 0 1 0 1.6-3.4M3.2 2.6v2.8H6',
  undo: 'M3 6h6.5a3.5 3.5 0 0 1 0 7H6M5.5 3.5L3 6l2.5 2.5',
  redo: 'M13 6H6.5a3.5 3.5 0 0 0 0 7H10M10.5 3.5L13 6l-2.5 2.5',
  close: 'M4 4l8 8M12 4l-8 8',
  chevron: 'M4.5 6.5L8 10l3.5-3.5',
  info: 'M8 2.5a5.5 5.5 0 1 0 0 11 5.5 5.5 0 0 0 0-11zM8 7.2v3.6M8 5v.4',
  help: 'M6 6a2 2 0 1 1 2.8 1.9c-.6.3-.8.6-.8 1.3M8 11.4v.3M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2z',
  warning: 'M8 2.5L14 13H2zM8 6.5v3M8 11.2v.3',
  check: 'M3.5 8.5l3 3 6-7',
  crop: 'M4.5 1.5v10h10M1.5 4.5h10v10',
  copy: 'M5.5 5.5h8v8h-8zM10.5 5.5v-3h-8v8h3',
  keyboard: 'M1.5 4.5h13v7h-13zM4 7h.5M7 7h.5M10 7h.5M12.5 7h.2M5 9.3h6',
  sort: 'M4.5 3v10M2.5 11l2 2 2-2M9 4h5M9 8h3.5M9 12h2',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z',
  'eye-off':
    'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6zM3 13L13 3',
  trash: 'M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.7 9h6.6l.7-9M6.7 7v4M9.3 7v4',
  swap: 'M2.5 5.5h10M10 3l2.5 2.5L10 8M13.5 10.5h-10M6 8l-2.5 2.5L6 13',
  settings: 'M2 5h6M11 5h3M2 11h3M8 11h6M9.5 3.4v3.2M6.5 9.4v3.2',
  play: 'M5 3.5v9l7.5-4.5z',
  pause: 'M5.5 3.5v9M10.5 3.5v9',
  'step-back': 'M4 3.5v9M12 4v8L6.5 8z',
  'step-forward': 'M12 3.5v9M4 4v8l5.5-4z',
} as const;

export type IconName = keyof typeof paths;

/** Every icon's name. */
export const iconNames = Object.keys(paths).filter((name): name is IconName => name in paths);

/** A line drawing in the text's colour, unseen by assistive technology. */
export function Icon({ name }: { readonly name: IconName }): ReactNode {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.4"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={paths[name]} />
    </svg>
  );
}
