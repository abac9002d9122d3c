/** States that a person can go back to and forward to again. */
export interface History<State> {
  /** Oldest first. */
  readonly past: readonly State[];
  readonly present: State;
  /** Nearest first. */
  readonly future: readonly State[];
  /** What the last step was part of: steps of one drag are undone together. */
  readonly group: string | null;
}

const keptSteps = 200;

export function historyOf<State>(present: State): History<State> {
  return { past: [], present, future: [], group: null };
}

/**
 * A step to another state; what was undone is gone. The same history when it is the same state.
 * @param group a step of the same group as the one before takes its place: a slider's drag is one
 * step. Null stands alone.
 */
export function recorded<State>(
  history: History<State>,
  next: State,
  group: string | null = null,
): History<State> {
  if (next === history.present) return history;
  const joins = group !== null && group === history.group;
  const past = joins ? history.past : [...history.past, history.present].slice(-keptSteps);
  return { past, present: next, future: [], group };
}

/** One step back; the same history when there is none. */
export function undone<State>(history: History<State>): History<State> {
  const present = history.past.at(-1);
  if (present === undefined) return history;
  return {
    past: history.past.slice(0, -1),
    present,
    future: [history.present, ...history.future],
    group: null,
  };
}

/** One step forward again; the same history when there is none. */
export function redone<State>(history: History<State>): History<State> {
  const [present, ...future] = history.future;
  if (present === undefined) return history;
  return { past: [...history.past, history.present], present, future, group: null };
}
