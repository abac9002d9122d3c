/** What the help dialog lists; `use-shortcuts.ts` does it. */
export const translationShortcuts = [
  { keys: ['←', '→'], what: 'Previous and next target token' },
  { keys: ['[', ']'], what: 'Previous and next layer' },
  { keys: [',', '.'], what: 'Previous and next head' },
  { keys: ['Space'], what: 'Play and pause the decoding' },
  { keys: ['m'], what: 'Merge subwords into words, or show the pieces' },
  { keys: ['Esc'], what: 'Release the pinned cell' },
  { keys: ['?'], what: 'This list' },
] as const;
