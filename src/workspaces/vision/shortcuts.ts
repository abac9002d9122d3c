/** What the help dialog lists; `use-shortcuts.ts` does it. */
export const visionShortcuts = [
  { keys: ['←', '↑', '↓', '→'], what: 'Move the query patch' },
  { keys: ['Esc'], what: 'Back to the first token, [CLS]' },
  { keys: ['[', ']'], what: 'Previous and next layer' },
  { keys: [',', '.'], what: 'Previous and next head' },
  { keys: ['r'], what: 'To and from rollout' },
  { keys: ['d'], what: '“Attends to” and “attended by”' },
  { keys: ['c'], what: 'Open or close the comparison' },
  { keys: ['x'], what: 'Switch the selected head off or on' },
  { keys: ['h'], what: 'Hide patches by painting on the picture' },
  { keys: ['Ctrl', 'Z'], what: 'Undo a change; with Shift, redo it' },
  { keys: ['o'], what: 'Open a model' },
  { keys: ['?'], what: 'This list' },
] as const;
