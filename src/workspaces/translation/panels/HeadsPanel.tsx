import { useCallback, useMemo } from 'react';
import { colourMap } from '../../../math/colour-maps.ts';
import { formatValue } from '../../../math/format-number.ts';
import { createScale, linearScale } from '../../../math/scales.ts';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import { Menu } from '../../../views/controls/Menu.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { HeadBar } from '../../../views/head-grid/HeadBar.tsx';
import { type CellExtra, HeadGrid } from '../../../views/head-grid/HeadGrid.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { allHeads } from '../attention-view.ts';
import { headsExport } from '../export-figures.ts';
import { largestSize } from '../head-importance.ts';
import { useAttention, useAxes } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { stackTitles } from '../words.ts';
import styles from './AttentionPanel.module.css';
import { HeadSwitch } from './HeadSwitch.tsx';
import { Importance, useImportance } from './Importance.tsx';
import { MissingAttention } from './MissingAttention.tsx';

/** Every head of the stack; a click selects one. */
export function HeadsPanel() {
  const session = useSession();
  const stack = useTranslation((state) => state.stack);
  const size = useTranslation((state) => state.main.info?.stacks[state.stack] ?? null);
  return (
    <Panel
      title="Heads"
      note={size ? `${stackTitles[stack]}, rows are layers` : undefined}
      tools={<Menu label="Save the heads" icon="download" items={headsExport(session)} />}
    >
      <Grid />
      <Importance />
      <HeadControls />
    </Panel>
  );
}

/** Layer and head; without a choice they stand still and say why. */
function HeadControls() {
  const session = useSession();
  const size = useTranslation((state) => state.main.info?.stacks[state.stack] ?? null);
  const { layer, head, isMean } = useTranslation((state) => state.main.heads[state.stack]);
  const layerCount = size?.layerCount ?? 1;
  const headCount = size?.headCount ?? 1;
  const isOnly = size !== null && layerCount * headCount === 1;
  return (
    <>
      <Slider
        label="Layer"
        value={layer + 1}
        min={1}
        max={layerCount}
        disabled={layerCount === 1}
        onChange={(value) => session.view.setHead({ layer: value - 1, isMean })}
      />
      <Slider
        label="Head"
        value={head + 1}
        min={1}
        max={headCount}
        disabled={headCount === 1}
        onChange={(value) => session.view.setHead({ head: value - 1 })}
      />
      <div className={styles.row}>
        <Switch
          label="Mean of heads"
          checked={isMean}
          disabled={headCount === 1}
          onChange={(checked) => session.view.setHead({ isMean: checked })}
        />
        {isOnly && (
          <span className={styles.title}>
            Additive attention has one matrix: there is no layer or head to choose.
          </span>
        )}
      </div>
    </>
  );
}

function Grid() {
  const session = useSession();
  const attention = useAttention('main');
  const axes = useAxes('main');
  const scaleKind = useTranslation((state) => state.display.scale);
  const { layer, head, isMean } = useTranslation((state) => state.main.heads[state.stack]);
  const colours = colourMap(useTranslation((state) => state.display.colourMap));
  const maps = useMemo(() => {
    const values = attention && axes ? allHeads(attention, axes) : null;
    return values && axes
      ? { values, columns: axes.key.labels.length, rows: axes.query.labels.length }
      : null;
  }, [attention, axes]);
  const scale = useMemo(
    () =>
      maps && scaleKind !== 'linear' ? createScale(scaleKind, maps.values) : linearScale(0, 1),
    [maps, scaleKind],
  );
  const selected = useMemo(() => (isMean ? null : { layer, head }), [isMean, layer, head]);
  const importance = useImportance();
  const headCount = attention?.headCount ?? 1;
  const largest = useMemo(() => largestSize(importance), [importance]);
  const cellExtra = useCallback<CellExtra>(
    (cellLayer, cellHead, isTabStop) => (
      <>
        {importance && (
          <HeadBar share={(importance[cellLayer * headCount + cellHead] ?? 0) / (largest || 1)} />
        )}
        <HeadSwitch layer={cellLayer} head={cellHead} isTabStop={isTabStop} />
      </>
    ),
    [importance, largest, headCount],
  );
  const describeHead = useCallback(
    (cellLayer: number, cellHead: number): string => {
      const lost = importance?.[cellLayer * headCount + cellHead];
      return lost === undefined ? '' : `without it ${formatValue(-lost, 2)} nats`;
    },
    [importance, headCount],
  );
  const select = useCallback(
    (chosen: { layer: number; head: number }) => session.view.setHead(chosen),
    [session],
  );
  if (!attention || !maps) return <MissingAttention side="main" />;
  return (
    <>
      <HeadGrid
        layerCount={attention.layerCount}
        headCount={attention.headCount}
        maps={maps}
        scale={scale}
        colourMap={colours}
        selected={selected}
        describeHead={describeHead}
        cellExtra={cellExtra}
        onSelect={select}
      />
      <ColourBar scale={scale} colourMap={colours} unit="attention" note="all heads" />
    </>
  );
}
