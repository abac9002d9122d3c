import { useCallback, useMemo } from 'react';
import { colourMap } from '../../../math/colour-maps.ts';
import { formatPoints, formatValue } from '../../../math/format-number.ts';
import { createScale } from '../../../math/scales.ts';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import { Menu } from '../../../views/controls/Menu.tsx';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { HeadBar } from '../../../views/head-grid/HeadBar.tsx';
import { HeadGrid, type CellExtra } from '../../../views/head-grid/HeadGrid.tsx';
import { headsExport } from '../export-figures.ts';
import { headOrder, importanceOfHeads, largestSize } from '../head-order.ts';
import { targetOf } from '../target.ts';
import { useHeadPatches } from '../use-pane-map.ts';
import { useSession, useVision } from '../use-vision.ts';
import styles from './HeadsPanel.module.css';
import { HeadSwitch } from './HeadSwitch.tsx';
import { Importance } from './Importance.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';

/** Every head's map of the present query; a click selects the head. */
export function HeadsPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const run = useVision((state) => state.main.run);
  const { layer, head } = useVision((state) => state.main.view);
  const display = useVision((state) => state.display);
  if (!run) return null;
  return (
    <Panel
      title="Heads"
      note="rows are layers"
      className={className}
      tools={
        <>
          <SegmentedControl
            label="Scale of the heads"
            value={display.gridScale}
            choices={[
              { value: 'shared', label: 'Shared scale' },
              { value: 'each', label: 'Each' },
            ]}
            onChange={(gridScale) => session.view.setDisplay({ gridScale })}
          />
          <Menu label="Save the heads" icon="download" items={headsExport(session)} />
        </>
      }
    >
      <Grid />
      <Importance />
      <Slider
        label="Layer"
        value={layer + 1}
        min={1}
        max={run.layerCount}
        onChange={(value) => session.view.setView({ layer: value - 1 })}
      />
      <Slider
        label="Head"
        value={head + 1}
        min={1}
        max={run.headCount}
        onChange={(value) => session.view.setView({ head: value - 1 })}
      />
    </Panel>
  );
}

function Grid() {
  const session = useSession();
  const run = useVision((state) => state.main.run);
  const layer = useVision((state) => state.main.view.layer);
  const head = useVision((state) => state.main.view.head);
  const display = useVision((state) => state.display);
  const statistics = useVision((state) => state.statistics);
  const measured = useVision((state) => state.importance);
  const target = useVision(targetOf);
  const importance = useMemo(
    () => (measured && measured.target === target ? importanceOfHeads(measured.result) : null),
    [measured, target],
  );
  const patches = useHeadPatches();
  const columns = run?.geometry.gridColumns ?? 0;
  const rows = run?.geometry.gridRows ?? 0;
  const layerCount = run?.layerCount ?? 0;
  const headCount = run?.headCount ?? 0;
  const cellCount = columns * rows;

  const maps = useMemo(
    () => (patches ? { values: patches, columns, rows } : null),
    [patches, columns, rows],
  );
  const scales = useMemo(() => {
    if (!patches) return null;
    const shared = createScale(display.scale, patches);
    if (display.gridScale === 'shared') return { shared, of: shared };
    const each = Array.from({ length: layerCount * headCount }, (_, index) =>
      createScale(display.scale, patches.subarray(index * cellCount, (index + 1) * cellCount)),
    );
    return { shared: null, of: (l: number, h: number) => each[l * headCount + h] ?? shared };
  }, [patches, display.scale, display.gridScale, layerCount, headCount, cellCount]);
  const order = useMemo(
    () => headOrder(display.headOrder, { statistics, importance }, layerCount, headCount),
    [display.headOrder, statistics, importance, layerCount, headCount],
  );
  const describeHead = useCallback(
    (l: number, h: number): string => {
      if (!statistics) return '';
      const index = l * headCount + h;
      const points = importance
        ? `, without it ${formatPoints(-(importance[index] ?? 0))} percentage points`
        : '';
      const entropy = formatValue(statistics.entropy[index] ?? 0);
      const distance = formatValue(statistics.meanDistance[index] ?? 0);
      return `entropy ${entropy} nats, mean distance ${distance} pixels${points}`;
    },
    [statistics, importance, headCount],
  );
  const largest = useMemo(() => largestSize(importance), [importance]);
  const cellExtra = useCallback<CellExtra>(
    (l, h, isTabStop) => (
      <>
        {importance && <HeadBar share={(importance[l * headCount + h] ?? 0) / (largest || 1)} />}
        <HeadSwitch layer={l} head={h} isTabStop={isTabStop} />
      </>
    ),
    [importance, largest, headCount],
  );
  const select = useCallback(
    (chosen: { layer: number; head: number }) => session.view.setView(chosen),
    [session],
  );
  const selected = useMemo(() => ({ layer, head }), [layer, head]);
  if (!maps || !scales) return null;
  const colours = colourMap(display.colourMap);
  return (
    <>
      <HeadGrid
        layerCount={layerCount}
        headCount={headCount}
        maps={maps}
        scale={scales.of}
        colourMap={colours}
        selected={selected}
        order={order}
        describeHead={describeHead}
        cellExtra={cellExtra}
        onSelect={select}
      />
      <div className={styles.row}>
        {scales.shared ? (
          <ColourBar scale={scales.shared} colourMap={colours} unit="attention" note="all heads" />
        ) : (
          <p className={styles.note}>Each head from 0 to its own largest value.</p>
        )}
        <Select
          label="Order"
          value={display.headOrder}
          choices={[
            { value: 'number', label: 'By number' },
            { value: 'entropy', label: 'By entropy' },
            { value: 'distance', label: 'By distance' },
            {
              value: 'importance',
              label: 'By importance',
              disabled: !importance && display.headOrder !== 'importance',
              title: importance ? undefined : 'Measure the heads first.',
            },
          ]}
          onChange={(value) => session.view.setDisplay({ headOrder: value })}
        />
      </div>
    </>
  );
}
