import { formatPercent, formatValue } from '../../math/format-number.ts';
import { mapOf, patchCountHolding } from './pane-map.ts';
import { initialOptions } from './matrix-cache.ts';
import type { LensView, Pane, PaneName, VisionState } from './state.ts';
import { tokenName } from './words.ts';

/** The share of the mass that the sentence speaks of when no outline is drawn. */
const spokenShare = 0.6;

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** The view that the pane's map is of. */
export function shownView(pane: Pane | null): LensView | null {
  return (pane?.matrix ? pane.matrixView : pane?.view) ?? null;
}

/** Which map it is: lens, layer, head. */
function nameMap({ model, ...state }: VisionState, name: PaneName): string {
  const view = shownView(state[name]);
  const lens = model?.lenses.find(({ id }) => id === view?.lens);
  if (!view || !lens || !model) return '';
  const fusion = view.options[view.lens]?.['fusion'] ?? initialOptions(model, lens.id)['fusion'];
  if (!lens.usesLayer) return fusion ? `${lens.title}, ${fusion} of all heads` : lens.title;
  const head =
    lens.usesHead && fusion === 'one' ? `head ${view.head + 1}` : `${fusion} of all heads`;
  return capitalised(`layer ${view.layer + 1}, ${head}, ${lens.title.toLowerCase()}`);
}

/** What a pane shows, in words: selection, peak, spread. Empty before there is a map. */
export function describePane(state: VisionState, name: PaneName): string {
  const pane = state[name];
  const { query, direction, display } = state;
  if (!pane?.run) return '';
  const { run } = pane;
  const rows = name === 'main' ? state.rows : null;
  const shown = mapOf({ ...pane, rows, query, direction });
  if (!shown) return '';
  const say = (token: number): string => tokenName(token, run.specialTokens, run.geometry);
  const verb = direction === 'row' ? 'attends most to' : 'is attended most by';
  const share = display.outlineShare > 0 ? display.outlineShare : spokenShare;
  const mass = direction === 'row' ? 'its attention on patches' : 'what it receives from patches';
  const special = run.specialTokens.join(' and ');
  return [
    `${nameMap(state, name)}.`,
    `Query ${say(query)} ${verb} ${say(shown.topToken)}:`,
    `${formatValue(shown.tokens[shown.topToken] ?? 0)}.`,
    `${formatPercent(share, 0)} of ${mass} lies on`,
    `${patchCountHolding(shown, share)} of ${shown.patches.length} patches.`,
    special ? `${formatPercent(shown.specialShare)} of all lies on ${special}.` : '',
  ]
    .join(' ')
    .trim();
}
