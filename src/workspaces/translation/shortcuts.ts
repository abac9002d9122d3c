/** What the help dialog lists; `use-shortcuts.ts` does it. */
export const translationShortcuts = [
  { keys: ['←', '→'], what: 'Previous and next target token' },
  { keys: ['[', ']'], what: 'Previous and next layer' },
  { keys: [',', '.'], what: 'Previous and next head' },
  { keys: ['Space'], what: 'Play and pause the decoding' },
  { keys: ['m'], what: 'Merge subwords into words, or show the pieces' },
  { keys: ['x'], what: 'Switch the selected head off or on' },
  { keys: ['h'], what: 'Hide source tokens by clicking them' },
  { keys: ['Ctrl', 'Z'], what: 'Undo a change; with Shift, redo it' },
  { keys: ['Esc'], what: 'Release the pinned cell' },
  { keys: ['o'], what: 'Open a model' },
  { keys: ['?'], what: 'This list' },
] as const;
