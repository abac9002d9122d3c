import type { FigureCurves } from '../../export/curves-figure.ts';
import { bandOf } from '../../views/curves/layout-curves.ts';
import type { MeasuredMaps } from './state.ts';

/** A measured map's two plots. */
export function curvesOf(
  { result, views }: MeasuredMaps,
  index: number,
): { readonly deletion: FigureCurves; readonly insertion: FigureCurves } {
  const { shares, maps, random } = result;
  const name = views[index]?.words ?? '';
  const plot = (which: 'deletion' | 'insertion') => ({
    shares,
    curve: { name, values: maps[index]?.[which] ?? [] },
    band: bandOf(
      'random orders',
      random.map((order) => order[which]),
    ),
  });
  return {
    deletion: {
      title: 'Deletion curve',
      shareTitle: 'patches removed, most important first',
      ...plot('deletion'),
    },
    insertion: {
      title: 'Insertion curve',
      shareTitle: 'patches added, most important first',
      ...plot('insertion'),
    },
  };
}
