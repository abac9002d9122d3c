/** What the help dialog lists; `use-shortcuts.ts` does it. */
export const visionShortcuts = [
  { keys: ['←', '↑', '↓', '→'], what: 'Move the query patch' },
  { keys: ['Esc'], what: 'Back to the first token, [CLS]' },
  { keys: ['[', ']'], what: 'Previous and next layer' },
  { keys: [',', '.'], what: 'Previous and next head' },
  { keys: ['r'], what: 'Raw attention and rollout' },
  { keys: ['d'], what: '“Attends to” and “attended by”' },
  { keys: ['c'], what: 'Open or close the comparison' },
  { keys: ['?'], what: 'This list' },
] as const;
