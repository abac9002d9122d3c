/** Every view with invented data: `npm run dev`, then `/e2e/gallery/`; `?theme=light` for light. */
import { useEffect, useState, type ReactNode } from 'react';
import { createRoot } from 'react-dom/client';
import { colourMap, colourMaps, type ColourMapName } from '../../src/math/colour-maps.ts';
import {
  createGeometry,
  patchRectangle,
  type Fit,
  type Rectangle,
} from '../../src/math/geometry.ts';
import { massSet } from '../../src/math/mass-outline.ts';
import { createScale, type ScaleKind } from '../../src/math/scales.ts';
import { ColourBar } from '../../src/views/colour-bar/ColourBar.tsx';
import { Button } from '../../src/views/controls/Button.tsx';
import { Disclosure } from '../../src/views/controls/Disclosure.tsx';
import { iconNames } from '../../src/views/controls/Icon.tsx';
import { IconButton } from '../../src/views/controls/IconButton.tsx';
import { Menu } from '../../src/views/controls/Menu.tsx';
import { Popover } from '../../src/views/controls/Popover.tsx';
import { SegmentedControl } from '../../src/views/controls/SegmentedControl.tsx';
import { Select } from '../../src/views/controls/Select.tsx';
import { Slider } from '../../src/views/controls/Slider.tsx';
import { Switch } from '../../src/views/controls/Switch.tsx';
import { HeadGrid, type HeadIndex } from '../../src/views/head-grid/HeadGrid.tsx';
import type { MatrixAxis } from '../../src/views/matrix/draw-axes.ts';
import { Matrix } from '../../src/views/matrix/Matrix.tsx';
import type { MatrixCell } from '../../src/views/matrix/layout-matrix.ts';
import { Overlay } from '../../src/views/overlay/Overlay.tsx';
import { HeadPlot } from '../../src/views/plot/HeadPlot.tsx';
import { Predictions } from '../../src/views/predictions/Predictions.tsx';
import { RegionEditor } from '../../src/views/overlay/RegionEditor.tsx';
import { textFigures, TranslationViews } from './translation-views.tsx';
import { whatIfFigures, WhatIfViews } from './what-if-views.tsx';
import { syntheticMatrix, syntheticPicture, syntheticRows } from './synthetic.ts';
import '../../src/app/theme.css';
import { figurePng, figureSvg } from '../../src/export/figure-files.ts';
import type { Figure } from '../../src/export/figure.ts';
import { headGridFigure } from '../../src/export/head-grid-figure.ts';
import { matrixFigure } from '../../src/export/matrix-figure.ts';
import { overlayFigure } from '../../src/export/overlay-figure.ts';
import { plotFigure } from '../../src/export/plot-figure.ts';
import './gallery.css';

const query = new URLSearchParams(location.search);
document.documentElement.dataset['theme'] = query.get('theme') ?? 'dark';

const input = {
  width: 64,
  height: 64,
  channelCount: 3,
  patchWidth: 4,
  patchHeight: 4,
  referenceCropX: 1,
  referenceCropY: 1,
};
const layerCount = 6;
const headCount = 6;
const picture = syntheticPicture(900, 600);
const maps = { values: syntheticRows(layerCount, headCount, 16, 16), columns: 16, rows: 16 };
const large = { values: syntheticRows(24, 16, 24, 24), columns: 24, rows: 24 };
const largeScale = createScale('linear', large.values);
const order = Array.from({ length: layerCount }, (_, layer) =>
  Array.from({ length: headCount }, (_, position) => (position * 5 + layer) % headCount),
);

const cropped = createGeometry(900, 600, input, { mode: 'crop' });

function patchAxis(columns: number, rows: number): MatrixAxis {
  const geometry = { ...cropped, gridColumns: columns, gridRows: rows };
  return {
    count: columns * rows + 1,
    markOf: (index) =>
      index === 0
        ? { kind: 'text', text: '[CLS]' }
        : { kind: 'patch', rectangle: patchRectangle(geometry, index - 1) },
    nameOf: (index) =>
      index === 0
        ? '[CLS]'
        : `row ${Math.floor((index - 1) / columns) + 1}, column ${((index - 1) % columns) + 1}`,
  };
}

function wordAxis(text: string): MatrixAxis {
  const words = text.split(' ');
  return {
    count: words.length,
    markOf: (index) => ({ kind: 'text', text: words[index] ?? '' }),
    nameOf: (index) => words[index] ?? '',
  };
}

const matrix = syntheticMatrix(16, 16);
const matrixAxis = patchAxis(16, 16);
const matrixScale = createScale('linear', matrix);
const largeMatrix = syntheticMatrix(48, 48);
const largeAxis = patchAxis(48, 48);
const largeMatrixScale = createScale('linear', largeMatrix);
const sources = wordAxis('the small house stands on a green hill .');
const targets = wordAxis('la petite maison est sur une colline verte .');
const alignment = new Float32Array(81).map((_, i) => {
  const [target, source] = [Math.floor(i / 9), i % 9];
  return target === source ? 0.82 : 0.18 / 8;
});
const alignmentScale = createScale('linear', [0, 1]);
const constantScale = createScale('linear', new Float32Array(256).fill(1 / 256));

const entropies = new Float32Array(36).map((_, i) => 4 + 3 * Math.sin(i * 1.7) - i / 20);
const manyDistances = new Float32Array(384).map((_, i) => 30 + i / 20 + 18 * Math.sin(i * 2.3));

const scaleKinds = [
  { value: 'linear', label: 'Linear' },
  { value: 'log', label: 'Log' },
  { value: 'quantile', label: 'Quantile' },
] as const;
const fits = [
  { value: 'crop', label: 'Crop' },
  { value: 'pad', label: 'Pad' },
  { value: 'stretch', label: 'Stretch' },
  { value: 'region', label: 'Region' },
] as const;

function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h2>{title}</h2>
      {children}
    </section>
  );
}

/** A figure as the browser shows the exported file. */
function FigureFile({ figure, kind }: { readonly figure: Figure; readonly kind: 'png' | 'svg' }) {
  const [address, setAddress] = useState('');
  useEffect(() => {
    const make = async () => {
      const blob = kind === 'png' ? await figurePng(figure) : figureSvg(figure);
      setAddress(URL.createObjectURL(blob));
    };
    make().catch(console.error);
  }, [figure, kind]);
  return address ? <img src={address} alt={`${kind} of a figure`} className="figure" /> : null;
}

const firstMap = maps.values.subarray(0, 256);
const caption =
  'heed-vit, layer 1, head 1, query patch row 8, column 6. <b>"Quoted" & tagged</b> names stay text.';
const mapScale = createScale('linear', maps.values);
const figures: readonly Figure[] = [
  overlayFigure({
    picture,
    geometry: cropped,
    values: firstMap,
    scale: mapScale,
    colourMap: colourMap('viridis'),
    opacity: 0.8,
    smooth: false,
    queryPatch: 117,
    outline: massSet(firstMap, 0.6).mask,
    unit: 'attention',
    note: 'shared by all heads',
    caption,
  }),
  matrixFigure({
    values: matrix,
    queries: matrixAxis,
    keys: matrixAxis,
    scale: matrixScale,
    colourMap: colourMap('viridis'),
    picture,
    selectedQuery: 118,
    unit: 'attention',
    caption,
  }),
  matrixFigure({
    values: alignment,
    queries: targets,
    keys: sources,
    scale: alignmentScale,
    colourMap: colourMap('viridis'),
    selectedQuery: 2,
    unit: 'attention',
    caption,
  }),
  headGridFigure({
    layerCount,
    headCount,
    maps,
    scale: mapScale,
    colourMap: colourMap('magma'),
    selected: { layer: 3, head: 1 },
    order,
    unit: 'attention',
    caption,
  }),
  plotFigure({
    title: 'Entropy',
    unit: 'bits',
    values: entropies,
    layerCount,
    headCount,
    selected: { layer: 3, head: 1 },
    caption,
  }),
];

function Figures({ figures }: { readonly figures: readonly Figure[] }) {
  return figures.map((figure, index) => (
    <Panel key={index} title={`Figure ${index + 1}: PNG and SVG`}>
      <FigureFile figure={figure} kind="png" />
      <FigureFile figure={figure} kind="svg" />
    </Panel>
  ));
}

function Gallery() {
  const [mapName, setMapName] = useState<ColourMapName>('viridis');
  const [kind, setKind] = useState<ScaleKind>('linear');
  const [fitMode, setFitMode] = useState<'crop' | 'pad' | 'stretch' | 'region'>('crop');
  const [region, setRegion] = useState<Rectangle>({ x: 250, y: 120, width: 380, height: 380 });
  const [opacity, setOpacity] = useState(0.8);
  const [smooth, setSmooth] = useState(true);
  const [selected, setSelected] = useState<HeadIndex>({ layer: 3, head: 1 });
  const [hovered, setHovered] = useState<number | null>(null);
  const [cell, setCell] = useState<MatrixCell | null>(null);
  const [queryPatch, setQueryPatch] = useState(117);
  const start = (selected.layer * headCount + selected.head) * 256;
  const values = maps.values.subarray(start, start + 256);
  const scale = createScale(kind, maps.values);
  const fit: Fit = fitMode === 'region' ? { mode: 'region', region } : { mode: fitMode };
  const geometry = createGeometry(900, 600, input, fit);
  const overlay = {
    picture,
    values,
    scale,
    colourMap: colourMap(mapName),
    opacity,
    smooth,
    queryPatch,
    hoveredPatch: hovered,
    onHover: setHovered,
    onSelect: setQueryPatch,
  };
  return (
    <main>
      <Panel title="Overlay">
        <div className="row">
          <SegmentedControl label="Scale" value={kind} choices={scaleKinds} onChange={setKind} />
          <SegmentedControl label="Fit" value={fitMode} choices={fits} onChange={setFitMode} />
          <Select
            label="Colours"
            value={mapName}
            choices={colourMaps.map(({ name, title }) => ({ value: name, label: title }))}
            onChange={setMapName}
          />
          <Switch label="Smooth" checked={smooth} onChange={setSmooth} />
        </div>
        <Overlay
          {...overlay}
          geometry={geometry}
          outline={massSet(values, 0.6).mask}
          description={`Hovered: ${hovered}`}
        >
          {fitMode === 'region' && (
            <RegionEditor
              sourceWidth={900}
              sourceHeight={600}
              aspect={1}
              region={region}
              onChange={setRegion}
            />
          )}
        </Overlay>
        <ColourBar
          scale={scale}
          colourMap={colourMap(mapName)}
          unit="attention"
          note="shared by all heads"
        />
        <ColourBar scale={constantScale} colourMap={colourMap(mapName)} unit="attention" />
        <Slider
          label="Opacity"
          compact
          value={opacity}
          min={0}
          max={1}
          step={0.01}
          format={(share) => `${Math.round(share * 100)} %`}
          onChange={setOpacity}
        />
      </Panel>
      <Panel title="Overlay: padded, nearest">
        <Overlay
          {...overlay}
          smooth={false}
          label="Padded"
          geometry={createGeometry(900, 600, input, { mode: 'pad' })}
          description=""
        />
      </Panel>
      <Panel title="Overlay: the region alone">
        <Overlay
          {...overlay}
          label="Region"
          extent="region"
          geometry={createGeometry(900, 600, input, { mode: 'crop' })}
          description=""
        />
      </Panel>
      <Panel title="Heads">
        <HeadGrid
          layerCount={layerCount}
          headCount={headCount}
          maps={maps}
          scale={scale}
          colourMap={colourMap(mapName)}
          selected={selected}
          onSelect={setSelected}
        />
        <Slider
          label="Layer"
          value={selected.layer + 1}
          min={1}
          max={layerCount}
          onChange={(layer) => setSelected({ ...selected, layer: layer - 1 })}
        />
        <Slider
          label="Head"
          value={selected.head + 1}
          min={1}
          max={headCount}
          onChange={(head) => setSelected({ ...selected, head: head - 1 })}
        />
      </Panel>
      <Panel title="Heads in another order">
        <HeadGrid
          label="Ordered heads"
          layerCount={layerCount}
          headCount={headCount}
          maps={maps}
          scale={scale}
          colourMap={colourMap(mapName)}
          selected={selected}
          order={order}
          onSelect={setSelected}
        />
      </Panel>
      <Panel title="24 × 16 heads">
        <HeadGrid
          label="Many heads"
          layerCount={24}
          headCount={16}
          maps={large}
          scale={largeScale}
          colourMap={colourMap(mapName)}
          selected={selected}
          onSelect={setSelected}
        />
      </Panel>
      <Panel title="Matrix, 257 × 257">
        <Matrix
          values={matrix}
          queries={matrixAxis}
          keys={matrixAxis}
          scale={matrixScale}
          colourMap={colourMap(mapName)}
          picture={picture}
          selectedQuery={queryPatch + 1}
          hoveredQuery={cell?.query ?? null}
          hoveredKey={cell?.key ?? (hovered === null ? null : hovered + 1)}
          onHover={setCell}
          onSelect={({ query }) => query > 0 && setQueryPatch(query - 1)}
        />
      </Panel>
      <Panel title="Matrix, 2,305 × 2,305">
        <Matrix
          label="Large matrix"
          values={largeMatrix}
          queries={largeAxis}
          keys={largeAxis}
          scale={largeMatrixScale}
          colourMap={colourMap(mapName)}
          picture={picture}
          selectedQuery={1000}
        />
      </Panel>
      <Panel title="Matrix of words">
        <Matrix
          label="Word matrix"
          values={alignment}
          queries={targets}
          keys={sources}
          scale={alignmentScale}
          colourMap={colourMap(mapName)}
          selectedQuery={2}
          selectedKey={2}
        />
      </Panel>
      <Panel title="Head statistics">
        <HeadPlot
          title="Entropy"
          unit="bits"
          values={entropies}
          layerCount={layerCount}
          headCount={headCount}
          selected={selected}
          onSelect={setSelected}
        />
      </Panel>
      <Panel title="Head statistics, 24 × 16">
        <HeadPlot
          title="Mean attention distance"
          unit="pixels"
          values={manyDistances}
          layerCount={24}
          headCount={16}
          selected={selected}
          onSelect={setSelected}
        />
      </Panel>
      <Panel title="Predictions">
        <Predictions
          predictions={[
            { label: 'tabby cat', probability: 0.612 },
            { label: 'Egyptian cat', probability: 0.229 },
            { label: 'lion cub', probability: 0.022 },
          ]}
        />
      </Panel>
      <Panel title="Controls">
        <div className="row">
          <Button look="primary">Upload image</Button>
          <Button>Plain</Button>
          <Button look="quiet">Quiet</Button>
          <Button look="text">formula and limits</Button>
          <Button disabled>Disabled</Button>
          <IconButton label="Compare" icon="compare" pressed />
        </div>
        <div className="row">
          {iconNames.map((name) => (
            <IconButton key={name} label={name} icon={name} />
          ))}
        </div>
        <div className="row">
          <Popover label="Formula and limits" look="text">
            <p>softmax(QKᵀ/√d)</p>
          </Popover>
          <Menu
            label="Export"
            icon="download"
            align="start"
            items={[
              { label: 'Picture', detail: 'PNG', onSelect: () => {} },
              { label: 'Picture', detail: 'SVG', onSelect: () => {} },
            ]}
          />
          <Select
            label="Head fusion"
            labelPlace="above"
            value="linear"
            choices={scaleKinds}
            onChange={() => {}}
          />
          <SegmentedControl
            label="Fit to the model's square"
            labelPlace="above"
            value={fitMode}
            choices={fits}
            onChange={setFitMode}
          />
        </div>
        <Disclosure label="Limits" initiallyOpen>
          Attention is not an explanation.
        </Disclosure>
      </Panel>
      <WhatIfViews />
      <TranslationViews />
      <Figures figures={figures} />
      <Figures figures={whatIfFigures} />
      <Figures figures={textFigures} />
    </main>
  );
}

const root = document.getElementById('root');
if (!root) throw new Error('no root');
createRoot(root).render(
  query.get('only') === 'translation' ? (
    <main>
      <TranslationViews />
      <Figures figures={textFigures} />
    </main>
  ) : query.get('only') === 'what-if' ? (
    <main>
      <WhatIfViews />
      <Figures figures={whatIfFigures} />
    </main>
  ) : (
    <Gallery />
  ),
);
