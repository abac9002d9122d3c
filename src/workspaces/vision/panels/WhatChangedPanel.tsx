import { useMemo } from 'react';
import { isUnchanged } from '../../../engine/attention-changes.ts';
import { formatPercent, formatValue } from '../../../math/format-number.ts';
import { ExplainedFigures } from '../../../views/figures/ExplainedFigures.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { ChangedPredictions } from '../../../views/what-changed/ChangedPredictions.tsx';
import { stackOf } from '../changes-actions.ts';
import { labelName } from '../target.ts';
import { useVision } from '../use-vision.ts';
import { changesInWords, outputChange } from '../what-changed.ts';
import styles from './WhatChangedPanel.module.css';

const accounts = {
  variation:
    'The most by which the two outputs differ in the probability of any set of labels: half the sum of all differences. 0 is the same answer, 100 % another one altogether.',
  divergence:
    'How far both outputs are from their mean, in bits (Lin 1991): 0 for the same, 1 for two with nothing in common. It counts changes of rare labels more.',
} as const;

/** What the changes did to the answer. */
export function WhatChangedPanel() {
  const base = useVision((state) => state.baseRun);
  const run = useVision((state) => state.main.run);
  const changes = useVision((state) => state.shownChanges);
  const labels = useVision((state) => state.model?.labels);
  const change = useMemo(() => (base && run ? outputChange(base, run) : null), [base, run]);
  if (!base || !run) return null;
  const patchCount = run.tokenCount - run.specialTokens.length;
  const words = changesInWords(changes, stackOf(run), patchCount, change);
  return (
    <Panel title="What changed">
      {isUnchanged(changes) ? (
        <p className={styles.words}>
          Nothing is changed. Switch off a head in the grid, hide patches on the picture or cut an
          edge in the matrix: what it does to the answer stands here.
        </p>
      ) : (
        <>
          {words && <p className={styles.said}>{words}</p>}
          {!change && (
            <p className={styles.words}>
              This model tells no labels apart, so there are no predictions to compare: the maps
              show what changed.
            </p>
          )}
          {change && (
            <>
              <ChangedPredictions
                predictions={change.labels.map((label) => ({
                  label: labelName(labels, label),
                  before: base.probabilities[label] ?? 0,
                  after: run.probabilities[label] ?? 0,
                }))}
              />
              <ExplainedFigures
                figures={[
                  {
                    name: 'Total variation',
                    value: formatPercent(change.totalVariation),
                    account: accounts.variation,
                  },
                  {
                    name: 'Jensen–Shannon divergence',
                    value: `${formatValue(change.jensenShannon, 2)} bits`,
                    account: accounts.divergence,
                  },
                ]}
              />
            </>
          )}
        </>
      )}
    </Panel>
  );
}
