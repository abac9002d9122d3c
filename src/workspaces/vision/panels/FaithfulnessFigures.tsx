import { useMemo } from 'react';
import { formatPercent, formatPoints, formatValue } from '../../../math/format-number.ts';
import { CurvePlot, CurvesLegend } from '../../../views/curves/CurvePlot.tsx';
import { largestOf } from '../../../views/curves/layout-curves.ts';
import {
  ExplainedFigures,
  type ExplainedFigure,
} from '../../../views/figures/ExplainedFigures.tsx';
import { faithfulnessAccounts } from '../faithfulness-accounts.ts';
import { curvesOf } from '../faithfulness-curves.ts';
import {
  isMeasuredNow,
  measuredIndex,
  randomMean,
  verdictInWords,
  verdictOf,
} from '../faithfulness-of.ts';
import type { MeasuredMaps } from '../state.ts';
import { labelName } from '../target.ts';
import { useVision } from '../use-vision.ts';
import { tokenName } from '../words.ts';
import styles from './FaithfulnessPanel.module.css';

interface Props {
  readonly measured: MeasuredMaps;
  readonly index: number;
}

/** The verdict, the curves and the figures of one measured map. */
export function FaithfulnessFigures({ measured, index }: Props) {
  const plots = useMemo(() => curvesOf(measured, index), [measured, index]);
  const largest = useMemo(() => largestOf(Object.values(plots)), [plots]);
  const figures = useMemo(() => figuresOf(measured, index), [measured, index]);
  const map = measured.result.maps[index];
  const view = measured.views[index];
  if (!map || !view) return null;
  const { random } = measured.result;
  const title = view.words;
  return (
    <>
      <p className={styles.verdict}>{verdictInWords(title, verdictOf(map, random))}</p>
      <Provenance measured={measured} />
      <div className={styles.curves}>
        {[
          { ...plots.deletion, area: map.deletionArea },
          { ...plots.insertion, area: map.insertionArea },
        ].map(({ area, ...plot }) => (
          <CurvePlot
            key={plot.title}
            {...plot}
            valueTitle="probability"
            largest={largest}
            description={`area ${formatValue(area)}`}
          />
        ))}
      </div>
      <CurvesLegend curve={title} band={`${random.length} random orders, mean dashed`} />
      <ExplainedFigures figures={figures} />
    </>
  );
}

/** What the figures are of, and whether the page shows something else by now. */
function Provenance({ measured }: { readonly measured: MeasuredMaps }) {
  const run = useVision((state) => state.main.run);
  const labels = useVision((state) => state.model?.labels);
  const isNow = useVision((state) => isMeasuredNow(measured, state));
  const isInView = useVision((state) => measuredIndex(measured, state) >= 0);
  const target = useVision((state) => state.target);
  if (!run) return null;
  const query = tokenName(measured.query, run.specialTokens, run.geometry);
  const isStale = !isNow || !isInView || (target !== null && target !== measured.target);
  return (
    <p className={styles.words}>
      Probability of “{labelName(labels, measured.target)}”; the patches are in the order of the map
      of query {query}.
      {isStale && ' The page shows something else by now: measure again to test it.'}
    </p>
  );
}

type Figure = 'deletionArea' | 'insertionArea' | 'comprehensiveness' | 'sufficiency';

const measuredFigures: readonly {
  readonly name: string;
  readonly figure: Figure;
  readonly format: (value: number) => string;
  /** After the number. */
  readonly unit: string;
}[] = [
  {
    name: 'Deletion area',
    figure: 'deletionArea',
    format: (value) => formatValue(value),
    unit: '',
  },
  {
    name: 'Insertion area',
    figure: 'insertionArea',
    format: (value) => formatValue(value),
    unit: '',
  },
  { name: 'Comprehensiveness', figure: 'comprehensiveness', format: formatPoints, unit: ' points' },
  { name: 'Sufficiency', figure: 'sufficiency', format: formatPoints, unit: ' points' },
];

function figuresOf({ result, isCompared }: MeasuredMaps, index: number): ExplainedFigure[] {
  const map = result.maps[index];
  if (!map) return [];
  const { occlusionCorrelation } = map;
  return [
    ...measuredFigures.map(({ name, figure, format, unit }) => {
      const random = randomMean(result.random, (order) => order[figure]);
      return {
        name,
        value: `${format(map[figure])}${unit}`,
        beside: random === null ? '' : `random ${format(random)}`,
        account: faithfulnessAccounts[figure],
      };
    }),
    {
      name: 'Kendall’s τ with occlusion',
      value: occlusionCorrelation === null ? 'none' : formatValue(occlusionCorrelation, 2),
      beside:
        occlusionCorrelation !== null ? '' : isCompared ? 'the map is flat' : 'not yet measured',
      account: faithfulnessAccounts.occlusionCorrelation,
    },
    {
      name: 'All patches',
      value: formatPercent(map.deletion[0] ?? 0),
      account: faithfulnessAccounts.whole,
    },
  ];
}
