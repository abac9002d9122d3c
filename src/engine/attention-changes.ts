/** What a person does to the changes, each as a function from the changes before to those after. */
import type { RunId, StackName } from './protocol.ts';
import type { AttentionChanges, EdgeCut, HeadChange, Replacement } from './what-if-protocol.ts';

/** A head's place; both count from 0. */
export interface HeadPlace {
  readonly stack: StackName;
  readonly layer: number;
  readonly head: number;
}

/** A stack's size. */
export interface StackSize {
  readonly stack: StackName;
  readonly layerCount: number;
  readonly headCount: number;
}

/**
 * In the page's own changes, the run that weights are taken from is the compared one, whichever that
 * is when the model runs.
 */
export const comparedRun: RunId = -1;

export function isUnchanged({ heads, cuts, hiddenTokens }: AttentionChanges): boolean {
  return heads.length === 0 && cuts.length === 0 && hiddenTokens.length === 0;
}

function isAt(change: HeadPlace, { stack, layer, head }: HeadPlace): boolean {
  return change.stack === stack && change.layer === layer && change.head === head;
}

/** What was done to a head, or null. */
export function changeOfHead(changes: AttentionChanges, place: HeadPlace): HeadChange | null {
  return changes.heads.find((change) => isAt(change, place)) ?? null;
}

export function isHeadOn(changes: AttentionChanges, place: HeadPlace): boolean {
  return changeOfHead(changes, place)?.scale !== 0;
}

/** A head scaled or replaced; what leaves it as it is takes the change away. */
export function withHead(
  changes: AttentionChanges,
  place: HeadPlace,
  change: { readonly scale?: number; readonly replacement?: Replacement | null },
): AttentionChanges {
  const { stack, layer, head } = place;
  const before = changeOfHead(changes, place) ?? { scale: 1, replacement: null };
  const after: HeadChange = {
    stack,
    layer,
    head,
    scale: change.scale ?? before.scale,
    replacement: change.replacement === undefined ? before.replacement : change.replacement,
  };
  const others = changes.heads.filter((other) => !isAt(other, place));
  const isAsItWas = after.scale === 1 && after.replacement === null;
  return { ...changes, heads: isAsItWas ? others : [...others, after] };
}

/** Gives heads their own output and weights back. */
export function withoutHeads(
  changes: AttentionChanges,
  places: readonly HeadPlace[],
): AttentionChanges {
  return places.reduce(
    (after, place) => withHead(after, place, { scale: 1, replacement: null }),
    changes,
  );
}

export function withHeadToggled(changes: AttentionChanges, place: HeadPlace): AttentionChanges {
  return withHead(changes, place, { scale: isHeadOn(changes, place) ? 0 : 1 });
}

/** Every head of a layer on or off. */
export function withLayer(
  changes: AttentionChanges,
  { stack, headCount }: StackSize,
  layer: number,
  isOn: boolean,
): AttentionChanges {
  let after = changes;
  for (let head = 0; head < headCount; head += 1) {
    const place = { stack, layer, head };
    if (isHeadOn(after, place) !== isOn) after = withHead(after, place, { scale: isOn ? 1 : 0 });
  }
  return after;
}

/** Whether any head of a layer is on. */
export function isLayerOn(
  changes: AttentionChanges,
  { stack, headCount }: StackSize,
  layer: number,
): boolean {
  return Array.from({ length: headCount }, (_, head) => head).some((head) =>
    isHeadOn(changes, { stack, layer, head }),
  );
}

/** One head of the stack on, every other off. */
export function withOnlyHead(
  changes: AttentionChanges,
  size: StackSize,
  { layer, head }: HeadPlace,
): AttentionChanges {
  let after = changes;
  for (let other = 0; other < size.layerCount; other += 1)
    after = withLayer(after, size, other, false);
  return withHead(after, { stack: size.stack, layer, head }, { scale: 1 });
}

/** How many heads of a stack are off. */
export function offCount(changes: AttentionChanges, stack: StackName): number {
  return changes.heads.filter((change) => change.stack === stack && change.scale === 0).length;
}

function isSameCut(one: EdgeCut, other: EdgeCut): boolean {
  return (
    one.stack === other.stack &&
    one.layer === other.layer &&
    one.head === other.head &&
    one.query === other.query &&
    one.key === other.key
  );
}

export function hasCut(changes: AttentionChanges, cut: EdgeCut): boolean {
  return changes.cuts.some((other) => isSameCut(other, cut));
}

export function withCut(changes: AttentionChanges, cut: EdgeCut): AttentionChanges {
  return hasCut(changes, cut) ? changes : { ...changes, cuts: [...changes.cuts, cut] };
}

export function withoutCut(changes: AttentionChanges, cut: EdgeCut): AttentionChanges {
  return { ...changes, cuts: changes.cuts.filter((other) => !isSameCut(other, cut)) };
}

/** Tokens hidden, or shown again. They are kept in rising order. */
export function withTokens(
  changes: AttentionChanges,
  tokens: readonly number[],
  isHidden: boolean,
): AttentionChanges {
  const hidden = new Set(changes.hiddenTokens);
  for (const token of tokens)
    if (isHidden) hidden.add(token);
    else hidden.delete(token);
  return { ...changes, hiddenTokens: [...hidden].toSorted((one, other) => one - other) };
}

/** Whether any head takes its weights from the compared run. */
export function takesOtherRun({ heads }: AttentionChanges): boolean {
  return heads.some(({ replacement }) => replacement?.kind === 'other-run');
}

/** The changes with the compared run's number, or without what needs it when there is none. */
export function withComparedRun(changes: AttentionChanges, run: RunId | null): AttentionChanges {
  if (!takesOtherRun(changes)) return changes;
  return changes.heads.reduce((after, change) => {
    if (change.replacement?.kind !== 'other-run') return after;
    return withHead(after, change, {
      replacement: run === null ? null : { kind: 'other-run', run },
    });
  }, changes);
}
