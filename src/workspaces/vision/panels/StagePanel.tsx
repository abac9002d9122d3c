import { useMemo } from 'react';
import { withTokens } from '../../../engine/attention-changes.ts';
import { colourMaps } from '../../../math/colour-maps.ts';
import { formatPercent } from '../../../math/format-number.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import { Menu } from '../../../views/controls/Menu.tsx';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { PatchPainter } from '../../../views/overlay/PatchPainter.tsx';
import { RegionEditor } from '../../../views/overlay/RegionEditor.tsx';
import { overlayExport } from '../export-figures.ts';
import { hiddenPatches } from '../hidden-patches.ts';
import { useSession, useVision } from '../use-vision.ts';
import { tokenName } from '../words.ts';
import { usePaneWords } from '../use-pane-words.ts';
import { AfterFirstMap } from './AfterFirstMap.tsx';
import { ComparePane } from './ComparePane.tsx';
import { LensChoice, LensParameters } from './LensControls.tsx';
import { MeasuredNote } from './MeasuredNote.tsx';
import { PaneOverlay } from './PaneOverlay.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import styles from './StagePanel.module.css';
import { TopPatches } from './TopPatches.tsx';

/** The picture with its map: the heart of the workspace. */
export function StagePanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const isComparing = useVision((state) => state.compare !== null);
  return (
    <Panel
      title="Attention on the picture"
      className={className}
      heading={<LensChoice pane="main" />}
      tools={
        <>
          <HideTool />
          <IconButton
            label="Compare"
            icon="compare"
            pressed={isComparing}
            onClick={() => (isComparing ? session.comparison.close() : session.comparison.open())}
          />
          <Menu label="Save the overlay" icon="download" items={overlayExport(session, 'main')} />
        </>
      }
    >
      <LensParameters pane="main" />
      <div className={isComparing ? styles.two : styles.one}>
        <PaneOverlay pane="main">
          <RegionLayer />
          <HideLayer />
        </PaneOverlay>
        {isComparing && <ComparePane />}
      </div>
      <QueryControls />
      <DisplayControls />
      <p className={styles.words}>{usePaneWords('main')}</p>
      <AfterFirstMap turn={2}>
        <MeasuredNote />
        <TopPatches />
      </AfterFirstMap>
    </Panel>
  );
}

function HideTool() {
  const session = useSession();
  const isHiding = useVision((state) => state.isHidingPatches);
  const isEditing = useVision((state) => state.fit.mode === 'region' && state.isEditingRegion);
  return (
    <IconButton
      label="Hide patches"
      icon="eye-off"
      pressed={isHiding}
      // The frame of the crop lies over the picture.
      disabled={isEditing}
      onClick={() => session.view.setHidingPatches(!isHiding)}
    />
  );
}

/** Takes the pointer while patches are hidden by painting. */
function HideLayer() {
  const session = useSession();
  const run = useVision((state) => state.main.run);
  const isHiding = useVision((state) => state.isHidingPatches);
  const isEditing = useVision((state) => state.fit.mode === 'region' && state.isEditingRegion);
  const changes = useVision((state) => state.changes.present);
  const painted = useMemo(() => (run ? hiddenPatches(changes, run) : null), [changes, run]);
  if (!run || !isHiding || isEditing) return null;
  const first = run.specialTokens.length;
  return (
    <PatchPainter
      geometry={run.geometry}
      painted={painted ?? new Uint8Array(run.tokenCount - first)}
      label="Hide patches"
      nameOf={(patch) => tokenName(patch + first, run.specialTokens, run.geometry)}
      onPaint={(patches, isHidden, stroke) =>
        session.changes.edit(
          (present) =>
            withTokens(
              present,
              patches.map((patch) => patch + first),
              isHidden,
            ),
          `stroke ${stroke}`,
        )
      }
    />
  );
}

function RegionLayer() {
  const session = useSession();
  const fit = useVision((state) => state.fit);
  const isEditing = useVision((state) => state.isEditingRegion);
  const picture = useVision((state) => state.main.picture);
  const input = useVision((state) => state.model?.input);
  if (fit.mode !== 'region' || !isEditing || !picture || !input) return null;
  return (
    <RegionEditor
      region={fit.region}
      sourceWidth={picture.width}
      sourceHeight={picture.height}
      aspect={input.width / input.height}
      onChange={(region) => session.pictures.setFit({ mode: 'region', region })}
    />
  );
}

function QueryControls() {
  const session = useSession();
  const isHiding = useVision((state) => state.isHidingPatches);
  const isForEveryQuery = useVision((state) => state.main.matrix?.queryCount === 1);
  const query = useVision((state) => state.query);
  const direction = useVision((state) => state.direction);
  const specialTokens = useVision((state) => state.main.run?.specialTokens);
  return (
    <div className={styles.row}>
      <SegmentedControl
        label="Direction"
        value={direction}
        choices={[
          { value: 'row', label: 'Attends to' },
          { value: 'column', label: 'Attended by' },
        ]}
        onChange={(value) => session.view.setDirection(value)}
      />
      {specialTokens?.map((name, token) => (
        <Button
          key={name}
          aria-pressed={query === token}
          onClick={() => session.view.setQuery(token)}
        >
          Query {name}
        </Button>
      ))}
      <span className={styles.hint}>
        {isHiding
          ? 'Drag over the picture to hide patches; start on a hidden one to show them again.'
          : isForEveryQuery
            ? 'This map is of the prediction: it is the same for every query.'
            : 'Click a patch to make it the query.'}
      </span>
    </div>
  );
}

function DisplayControls() {
  const session = useSession();
  const display = useVision((state) => state.display);
  return (
    <div className={styles.row}>
      <Slider
        label="Opacity"
        compact
        min={0}
        max={1}
        step={0.05}
        value={display.opacity}
        format={(value) => formatPercent(value, 0)}
        onChange={(opacity) => session.view.setDisplay({ opacity })}
      />
      <Slider
        label="Outline"
        compact
        min={0}
        max={0.95}
        step={0.05}
        value={display.outlineShare}
        format={(value) => (value === 0 ? 'off' : formatPercent(value, 0))}
        onChange={(outlineShare) => session.view.setDisplay({ outlineShare })}
      />
      <Select
        label="Colours"
        value={display.colourMap}
        choices={colourMaps
          .filter(({ kind }) => kind === 'sequential')
          .map(({ name, title }) => ({ value: name, label: title }))}
        onChange={(name) => session.view.setDisplay({ colourMap: name })}
      />
      <Select
        label="Scale"
        value={display.scale}
        choices={[
          { value: 'linear', label: 'Linear' },
          { value: 'log', label: 'Log' },
          { value: 'quantile', label: 'Quantile' },
        ]}
        onChange={(scale) => session.view.setDisplay({ scale })}
      />
      <Switch
        label="Smooth"
        checked={display.smooth}
        onChange={(smooth) => session.view.setDisplay({ smooth })}
      />
    </div>
  );
}
