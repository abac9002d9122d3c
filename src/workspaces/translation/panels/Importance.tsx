import { useMemo } from 'react';
import { formatValue } from '../../../math/format-number.ts';
import { Switch } from '../../../views/controls/Switch.tsx';
import { HeadBarLegend } from '../../../views/head-grid/HeadBar.tsx';
import { MeasureHeads } from '../../../views/head-grid/MeasureHeads.tsx';
import { importanceOfHeads, largestSize } from '../head-importance.ts';
import { shownHypothesis } from '../shown.ts';
import { tokenName } from '../token-name.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './Importance.module.css';

/** What the grid's bars are of: [layer, head] in nats, or null before it is measured. */
export function useImportance(): Float32Array | null {
  const measured = useTranslation((state) =>
    state.importance?.base === shownHypothesis(state) ? state.importance : null,
  );
  const stack = useTranslation((state) => state.stack);
  const isOfToken = useTranslation((state) => state.display.importanceOf === 'token');
  const token = useTranslation((state) => state.targetToken);
  return useMemo(
    () => (measured ? importanceOfHeads(measured.result, stack, isOfToken ? token : null) : null),
    [measured, stack, isOfToken, token],
  );
}

/** What every head's absence does to the old target. */
export function Importance() {
  const session = useSession();
  const progress = useTranslation((state) => state.measuring);
  return (
    <MeasureHeads
      account={
        <>
          Every head is switched off in turn and the target is scored again (Michel, Levy, Neubig
          2019). The bar is how much of its log probability goes with the head; to the left it grows
          without the head. Heads that stand in for each other look unimportant one by one.
        </>
      }
      progress={progress}
      onMeasure={() => void session.looking.measureHeads()}
      onCancel={() => session.looking.cancelHeads()}
    >
      <Legend />
    </MeasureHeads>
  );
}

function Legend() {
  const session = useSession();
  const importance = useImportance();
  const isOfToken = useTranslation((state) => state.display.importanceOf === 'token');
  const token = useTranslation((state) => state.targetToken);
  const target = useShown('main')?.target;
  if (!importance) return null;
  return (
    <>
      <HeadBarLegend
        below="better without it"
        above="worse without it"
        end={`${formatValue(largestSize(importance), 2)} nats`}
      />
      <div className={styles.row}>
        <Switch
          label="Of the selected token alone"
          checked={isOfToken}
          onChange={(checked) =>
            session.view.setDisplay({ importanceOf: checked ? 'token' : 'target' })
          }
        />
        <span className={styles.note}>
          {isOfToken ? (
            <>
              Of <bdi>“{target && tokenName(target, token)}”</bdi>, the tokens before it given.
            </>
          ) : (
            'Of the whole target.'
          )}
        </span>
      </div>
    </>
  );
}
