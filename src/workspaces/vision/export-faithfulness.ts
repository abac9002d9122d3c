import type { CsvValue } from '../../export/csv.ts';
import { curvesFigure } from '../../export/curves-figure.ts';
import { type ExportItem, exportItems } from '../../export/export-items.ts';
import type { JsonValue } from '../../export/json.ts';
import type { FaithfulnessCurves } from '../../engine/what-if-protocol.ts';
import { nameParts, need, onFailure, provenance } from './export-figures.ts';
import { curvesOf } from './faithfulness-curves.ts';
import type { VisionSession } from './session.ts';
import type { MeasuredMaps, VisionState } from './state.ts';
import { labelName } from './target.ts';

/** A column of every map and of every random order: at each share, the target's probability. */
function tableOf({ views, result }: MeasuredMaps): {
  header: string[];
  rows: CsvValue[][];
} {
  const { shares, maps, random } = result;
  const named: [string, FaithfulnessCurves][] = [
    ...maps.map((map, index): [string, FaithfulnessCurves] => [views[index]?.words ?? '', map]),
    ...random.map((order, index): [string, FaithfulnessCurves] => [
      `random order ${index + 1}`,
      order,
    ]),
  ];
  const header = [
    'share',
    ...named.flatMap(([name]) => [`${name}: deletion`, `${name}: insertion`]),
  ];
  const rows = Array.from(shares, (share, step) => [
    share,
    ...named.flatMap(([, { deletion, insertion }]) => [
      deletion[step] ?? null,
      insertion[step] ?? null,
    ]),
  ]);
  return { header, rows };
}

function curvesJson(curves: FaithfulnessCurves): Record<string, JsonValue> {
  const { deletion, insertion, deletionArea, insertionArea, comprehensiveness, sufficiency } =
    curves;
  return { deletionArea, insertionArea, comprehensiveness, sufficiency, deletion, insertion };
}

function faithfulnessJson(state: VisionState, measured: MeasuredMaps): JsonValue {
  const { views, result, target, removal, query, seed } = measured;
  return {
    ...provenance(state),
    query,
    target,
    label: labelName(state.model?.labels, target),
    removal,
    seed,
    shares: result.shares,
    maps: result.maps.map((map, index) => ({
      map: views[index]?.words ?? '',
      lens: views[index]?.view.lens ?? '',
      occlusionCorrelation: map.occlusionCorrelation,
      ...curvesJson(map),
    })),
    random: result.random.map(curvesJson),
  };
}

/** The measured curves: of one map as a figure, of all as a table and as JSON. */
export function faithfulnessExport(session: VisionSession, index: number): ExportItem[] {
  const read = () => {
    const state = session.store.getState();
    return { state, measured: need(state.faithfulness) };
  };
  return exportItems({
    nameParts: nameParts(session.store.getState(), 'faithfulness'),
    figure: () => {
      const { state, measured } = read();
      const label = labelName(state.model?.labels, measured.target);
      const words = measured.views[index]?.words ?? '';
      return curvesFigure({
        plots: Object.values(curvesOf(measured, index)),
        valueTitle: 'probability',
        caption: `${state.model?.name ?? ''}, ${state.main.picture?.name ?? ''}. Probability of “${label}” as patches go and come in the order of: ${words} (line), and in ${measured.result.random.length} random orders (band, mean dashed).`,
      });
    },
    csv: () => tableOf(read().measured),
    json: () => {
      const { state, measured } = read();
      return faithfulnessJson(state, measured);
    },
    jsonLabel: 'Curves and figures',
    onFailure: onFailure(session),
  });
}
