import { useCallback, useMemo } from 'react';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { HeadPlot } from '../../../views/plot/HeadPlot.tsx';
import { useSession, useVision } from '../use-vision.ts';
import styles from './HeadStatisticsPlot.module.css';

const accounts = {
  entropy:
    'How widely a head spreads its attention: the mean entropy of its rows. 0 is one token alone.',
  meanDistance:
    'How far a head looks: the mean distance in input pixels from a patch to the patches it attends to (Dosovitskiy et al. 2021, figure 7).',
} as const;

/** Where the selected head stands among all others, over depth. */
export function HeadStatisticsPlot() {
  const session = useSession();
  const statistics = useVision((state) => state.statistics);
  const run = useVision((state) => state.main.run);
  const layer = useVision((state) => state.main.view.layer);
  const head = useVision((state) => state.main.view.head);
  const statistic = useVision((state) => state.display.statistic);
  const selected = useMemo(() => ({ layer, head }), [layer, head]);
  const select = useCallback(
    (chosen: { layer: number; head: number }) => session.view.setView(chosen),
    [session],
  );
  if (!statistics || !run) return null;
  return (
    <>
      <SegmentedControl
        label="Statistic"
        value={statistic}
        choices={[
          { value: 'entropy', label: 'Entropy' },
          { value: 'meanDistance', label: 'Mean distance' },
        ]}
        onChange={(value) => session.view.setDisplay({ statistic: value })}
      />
      <HeadPlot
        title={statistic === 'entropy' ? 'Entropy' : 'Mean attention distance'}
        unit={statistic === 'entropy' ? 'nats' : 'pixels'}
        values={statistics[statistic]}
        layerCount={run.layerCount}
        headCount={run.headCount}
        selected={selected}
        onSelect={select}
      />
      <p className={styles.account}>{accounts[statistic]}</p>
    </>
  );
}
