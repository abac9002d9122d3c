import { formatPercent, formatValue } from '../../math/format-number.ts';
import type { VisionModelInfo, VisionRun } from '../../engine/protocol.ts';
import { mapOf, patchCountHolding, type PaneMap } from './pane-map.ts';
import { initialOptions } from './matrix-cache.ts';
import type { LensView, Pane, PaneName, VisionState } from './state.ts';
import { labelName, targetOf } from './target.ts';
import { specialTokensInWords, tokenName } from './words.ts';

/** The share of the mass that the sentence speaks of when no outline is drawn. */
const spokenShare = 0.6;

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The view that the pane's map is of. */
export function shownView(pane: Pane | null): LensView | null {
  return (pane?.matrix ? pane.matrixView : pane?.view) ?? null;
}

/** Which map a view is: lens, layer, head. */
export function describeView(model: VisionModelInfo, view: LensView): string {
  const lens = model.lenses.find(({ id }) => id === view.lens);
  if (!lens) return '';
  const fusion = view.options[view.lens]?.['fusion'] ?? initialOptions(model, lens.id)['fusion'];
  if (!lens.usesLayer) return fusion ? `${lens.title}, ${fusion} of all heads` : lens.title;
  const head =
    lens.usesHead && (fusion === undefined || fusion === 'one')
      ? `head ${view.head + 1}`
      : `${fusion ?? 'mean'} of all heads`;
  return capitalised(`layer ${view.layer + 1}, ${head}, ${lens.title.toLowerCase()}`);
}

interface Said {
  readonly state: VisionState;
  readonly run: VisionRun;
  readonly map: PaneMap;
}

/** What the query of an attention map looks at. */
function describeAttention({ state: { query, direction }, run, map }: Said): string {
  const say = (token: number): string => tokenName(token, run.specialTokens, run.geometry);
  const verb = direction === 'row' ? 'attends most to' : 'is attended most by';
  const value = formatValue(map.tokens[map.topToken] ?? 0);
  return `Query ${say(query)} ${verb} ${say(map.topToken)}: ${value}.`;
}

/** What a map that explains a label says of it. */
function describeExplanation({ state, run, map }: Said): string {
  const target = targetOf(state);
  const first = run.specialTokens.length;
  const patch = map.topPatches[0] ?? 0;
  const place = tokenName(patch + first, run.specialTokens, run.geometry);
  const label = target === null ? '' : `For “${labelName(state.model?.labels, target)}” `;
  return `${label}the largest value is at ${place}: ${formatValue(map.patches[patch] ?? 0)}.`;
}

/** How many patches hold most of a map that is not a row of attention. */
function describeShareOfPatches({ state: { display }, map }: Said): string {
  const share = display.outlineShare > 0 ? display.outlineShare : spokenShare;
  const count = patchCountHolding(map, share);
  return `${formatPercent(share, 0)} of it lies on ${count} of ${map.patches.length} patches.`;
}

/** How widely a row spreads, or the positive part of a signed map. */
function describeSpread(
  { state: { display, direction }, run, map }: Said,
  isSigned: boolean,
): string {
  const share = display.outlineShare > 0 ? display.outlineShare : spokenShare;
  const mass = direction === 'row' ? 'its attention on patches' : 'what it receives from patches';
  const special = specialTokensInWords(run.specialTokens);
  return [
    `${formatPercent(share, 0)} of ${isSigned ? 'what speaks for it' : mass} lies on`,
    `${patchCountHolding(map, share)} of ${map.patches.length} patches.`,
    special && !isSigned ? `${formatPercent(map.specialShare)} of all lies on ${special}.` : '',
  ].join(' ');
}

/** Whether a pane's map explains a label, and is no query's row of attention. */
export function explainsLabel(state: VisionState, name: PaneName): boolean {
  const pane = state[name];
  const id = shownView(pane)?.lens;
  const lens = state.model?.lenses.find((candidate) => candidate.id === id);
  return lens?.usesTarget === true || pane?.matrix?.queryCount === 1;
}

/** What a pane shows, in words: selection, peak, spread. Empty before there is a map. */
export function describePane(state: VisionState, name: PaneName): string {
  const pane = state[name];
  const { query, direction, model } = state;
  const view = shownView(pane);
  if (!pane?.run || !model || !view) return '';
  const { run } = pane;
  const rows = name === 'main' ? state.rows : null;
  const map = mapOf({ ...pane, rows, query, direction });
  if (!map) return '';
  const lens = model.lenses.find(({ id }) => id === view.lens);
  const said = { state, run, map };
  const explains = explainsLabel(state, name);
  return [
    `${describeView(model, view)}.`,
    explains ? describeExplanation(said) : describeAttention(said),
    explains && lens?.signed !== true
      ? describeShareOfPatches(said)
      : describeSpread(said, lens?.signed === true),
    run === state.baseRun ? '' : 'With your changes.',
  ]
    .join(' ')
    .trim();
}
