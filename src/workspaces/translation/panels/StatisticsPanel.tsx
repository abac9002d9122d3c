import { useCallback, useMemo } from 'react';
import { Menu } from '../../../views/controls/Menu.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { HeadPlot } from '../../../views/plot/HeadPlot.tsx';
import { stackAxes } from '../attention-view.ts';
import { statisticsExport } from '../export-figures.ts';
import { headStatistic, statistics } from '../statistics.ts';
import { useAttention, useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './AttentionPanel.module.css';
import { MissingAttention } from './MissingAttention.tsx';

/** Where the selected head stands among all others of its stack. */
export function StatisticsPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const statistic = useTranslation((state) => state.display.statistic);
  return (
    <Panel
      title="Statistics"
      className={className}
      tools={
        <>
          <Select
            label="Statistic"
            labelPlace="unseen"
            value={statistic}
            choices={(['entropy', 'special', 'punctuation', 'diagonality'] as const).map(
              (value) => ({ value, label: statistics[value].title }),
            )}
            onChange={(value) => session.view.setDisplay({ statistic: value })}
          />
          <Menu label="Save the statistic" icon="download" items={statisticsExport(session)} />
        </>
      }
    >
      <Plot />
      <p className={styles.title}>{statistics[statistic].account}</p>
    </Panel>
  );
}

function Plot() {
  const session = useSession();
  const attention = useAttention('main');
  const shown = useShown('main');
  const stack = useTranslation((state) => state.stack);
  const statistic = useTranslation((state) => state.display.statistic);
  const { layer, head, isMean } = useTranslation((state) => state.main.heads[state.stack]);
  const values = useMemo(() => {
    if (!attention || !shown) return null;
    const axes = stackAxes(stack, shown.source, shown.target, false);
    return attention.keyCount === axes.key.labels.length
      ? headStatistic(statistic, attention, axes)
      : null;
  }, [attention, shown, stack, statistic]);
  const selected = useMemo(() => (isMean ? null : { layer, head }), [isMean, layer, head]);
  const select = useCallback(
    (chosen: { layer: number; head: number }) => session.view.setHead(chosen),
    [session],
  );
  if (!attention || !values) return <MissingAttention side="main" />;
  return (
    <HeadPlot
      title={statistics[statistic].title}
      unit={statistics[statistic].unit}
      values={values}
      layerCount={attention.layerCount}
      headCount={attention.headCount}
      selected={selected}
      onSelect={select}
    />
  );
}
