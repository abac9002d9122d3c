import { formatPercent, formatValue } from '../../math/format-number.ts';
import type { PaneName } from './state.ts';
import { usePaneMap } from './use-pane-map.ts';
import { useVision } from './use-vision.ts';
import { patchCountHolding } from './pane-map.ts';
import { tokenName } from './words.ts';

/** The share of the mass that the sentence speaks of when no outline is drawn. */
const spokenShare = 0.6;

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What a pane shows, in words: selection, peak, spread. */
export function usePaneWords(pane: PaneName): string {
  const map = usePaneMap(pane);
  const run = useVision((state) => state[pane]?.run ?? null);
  const view = useVision((state) => state[pane]?.view ?? null);
  const lenses = useVision((state) => state.model?.lenses);
  const query = useVision((state) => state.query);
  const direction = useVision((state) => state.direction);
  const outlineShare = useVision((state) => state.display.outlineShare);
  if (!map || !run || !view) return '';
  const lens = lenses?.find(({ id }) => id === view.lens);
  const fusion = view.options[view.lens]?.['fusion'];
  const oneHead = lens?.usesHead && (fusion === undefined || fusion === 'one');
  const where = [
    lens?.usesLayer ? `layer ${view.layer + 1}` : null,
    lens?.usesLayer ? (oneHead ? `head ${view.head + 1}` : `${fusion} of all heads`) : null,
  ].filter((part) => part !== null);
  const name = (token: number): string => tokenName(token, run.specialTokens, run.geometry);
  const verb = direction === 'row' ? 'attends most to' : 'is attended most by';
  const top = formatValue(map.tokens[map.topToken] ?? 0);
  const share = outlineShare > 0 ? outlineShare : spokenShare;
  const count = patchCountHolding(map, share);
  const of = direction === 'row' ? 'its attention on patches' : 'what it receives from patches';
  return [
    `${capitalised([...where, lens?.title ?? ''].filter(Boolean).join(', '))}.`,
    `Query ${name(query)} ${verb} ${name(map.topToken)}: ${top}.`,
    `${formatPercent(share, 0)} of ${of} lies on ${count} of ${map.patches.length} patches;`,
    `${formatPercent(map.specialShare)} of all lies on ${run.specialTokens.join(' and ') || 'no special token'}.`,
  ].join(' ');
}
