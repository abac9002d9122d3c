/** What changes the attention and what measures it, with invented data. */
import { useCallback, useState } from 'react';
import { curvesFigure } from '../../src/export/curves-figure.ts';
import type { Figure } from '../../src/export/figure.ts';
import { figuresBeside } from '../../src/export/figures-beside.ts';
import { colourMap } from '../../src/math/colour-maps.ts';
import { createGeometry, type ModelInput } from '../../src/math/geometry.ts';
import { createScale } from '../../src/math/scales.ts';
import { diffWords } from '../../src/math/word-diff.ts';
import { CurvePlot } from '../../src/views/curves/CurvePlot.tsx';
import { HeadBar, HeadBarLegend } from '../../src/views/head-grid/HeadBar.tsx';
import { type CellExtra, HeadGrid } from '../../src/views/head-grid/HeadGrid.tsx';
import { HeadToggle } from '../../src/views/head-grid/HeadToggle.tsx';
import { HistoryTools } from '../../src/views/history/HistoryTools.tsx';
import { LensMenu } from '../../src/views/lens-menu/LensMenu.tsx';
import { Overlay } from '../../src/views/overlay/Overlay.tsx';
import { PatchPainter } from '../../src/views/overlay/PatchPainter.tsx';
import { MeasureProgress } from '../../src/views/progress/MeasureProgress.tsx';
import { ChangedPredictions } from '../../src/views/what-changed/ChangedPredictions.tsx';
import { ChangedTokens } from '../../src/views/what-changed/ChangedTokens.tsx';
import { TextDiff } from '../../src/views/what-changed/TextDiff.tsx';
import { syntheticPicture, syntheticRows } from './synthetic.ts';

const input: ModelInput = {
  width: 64,
  height: 64,
  channelCount: 3,
  patchWidth: 4,
  patchHeight: 4,
  referenceCropX: 1,
  referenceCropY: 1,
};
const picture = syntheticPicture(900, 600);
const geometry = createGeometry(900, 600, input, { mode: 'crop' });
const patchCount = geometry.gridColumns * geometry.gridRows;
const [layerCount, headCount] = [6, 6];
const maps = { values: syntheticRows(layerCount, headCount, 16, 16), columns: 16, rows: 16 };
const first = maps.values.subarray(0, patchCount);

const shares = Float32Array.from({ length: 33 }, (_, step) => step / 32);
const falling = (steep: number) =>
  Float32Array.from(shares, (share) => 0.02 + 0.8 * Math.exp(-steep * share));
const rising = (steep: number) => falling(steep).map((probability) => 0.84 - probability);
const randomBand = (of: (steep: number) => Float32Array) => ({
  name: 'random orders',
  low: of(4),
  high: of(1.5),
  mean: of(2.4),
});
const curves = [
  {
    title: 'Deletion curve',
    shareTitle: 'share of patches taken away',
    curve: { name: 'Relevance', values: falling(12) },
    band: randomBand(falling),
  },
  {
    title: 'Insertion curve',
    shareTitle: 'share of patches put back',
    curve: { name: 'Relevance', values: rising(12) },
    band: randomBand(rising),
  },
].map((plot) => ({ ...plot, shares }));

const lenses = ['Raw attention', 'Relevance', 'Occlusion'].map((title, index) => ({
  id: title,
  title,
  question: 'Which patches speak for this label?',
  formula: 'R ← R + E[(A ⊙ ∂y/∂A)⁺] · R',
  limits: 'It sees only what speaks for the label.',
  source: { title: 'Chefer, Gur & Wolf 2021', url: 'https://arxiv.org/abs/2103.15679' },
  unavailable: index === 2 ? 'The model has no labels.' : null,
}));

const predictions = [
  { label: 'koala', before: 0.404, after: 0.712 },
  { label: 'birdhouse', before: 0.06, after: 0.018 },
  { label: 'a label whose name is so long that it has to be broken', before: 0.03, after: 0.03 },
];
const tokens = ['La', 'création', '<b>', '␣', 'négociations'].map((label, index) => ({
  label,
  before: -0.2 * (index + 1),
  after: -0.2 * (index + 1) + ([0.1, -2, 0, 0.0001, -0.5][index % 5] ?? 0),
}));
const parts = diffWords('Le chat noir dort.', 'La chatte noire ne dort pas.');

const curvesOnPaper = curvesFigure({
  plots: curves,
  valueTitle: 'probability',
  caption: 'Deletion and insertion of Relevance against ten random orders.',
});

/** Exported by the gallery of figures. */
export const whatIfFigures: readonly Figure[] = [
  curvesOnPaper,
  figuresBeside([
    ['Left', curvesOnPaper],
    ['Right', curvesOnPaper],
  ]),
];

function toggled(all: readonly string[], one: string): string[] {
  return all.includes(one) ? all.filter((other) => other !== one) : [...all, one];
}

export function WhatIfViews() {
  const [painted, setPainted] = useState(() =>
    Uint8Array.from({ length: patchCount }, (_, patch) => (patch % 16 < 5 && patch > 96 ? 1 : 0)),
  );
  const [off, setOff] = useState<readonly string[]>(['1 2', '4 0']);
  const toggles = useCallback<CellExtra>(
    (layer, head, isTabStop) => (
      <>
        <HeadBar share={Math.sin(layer * 2.1 + head)} />
        <HeadToggle
          layer={layer}
          head={head}
          isOn={!off.includes(`${layer} ${head}`)}
          isChanged={layer === 3}
          isTabStop={isTabStop}
          onToggle={() => setOff((now) => toggled(now, `${layer} ${head}`))}
        />
      </>
    ),
    [off],
  );
  const [lens, setLens] = useState('Relevance');
  const chosen = lenses.find(({ id }) => id === lens) ?? lenses[0];
  return (
    <>
      {curves.map((plot) => (
        <section key={plot.title}>
          <CurvePlot
            {...plot}
            valueTitle="probability"
            largest={1}
            description="Area 0.087; random orders 0.303."
          />
        </section>
      ))}
      <section>
        <h2>Heads with toggles and importance</h2>
        <HeadGrid
          layerCount={layerCount}
          headCount={headCount}
          maps={maps}
          scale={createScale('linear', maps.values)}
          colourMap={colourMap('viridis')}
          selected={{ layer: 2, head: 3 }}
          onSelect={() => {}}
          cellExtra={toggles}
        />
        <HeadBarLegend below="better without it" above="worse without it" end="71.2 points" />
        <MeasureProgress words="Measuring heads" done={13} total={36} onCancel={() => {}} />
      </section>
      <section>
        <h2>Hidden patches</h2>
        <Overlay
          picture={picture}
          geometry={geometry}
          values={first}
          scale={createScale('linear', first)}
          colourMap={colourMap('viridis')}
          opacity={0.75}
          smooth={false}
          queryPatch={null}
          hoveredPatch={null}
          hidden={painted}
          label="Attention overlay"
          description="Patches at the left are hidden."
        >
          <PatchPainter
            geometry={geometry}
            painted={painted}
            label="Hide patches"
            nameOf={(patch) => `patch ${patch}`}
            onPaint={(patches, isPainted) =>
              setPainted((now) => now.map((one, at) => (patches.includes(at) ? +isPainted : one)))
            }
          />
        </Overlay>
      </section>
      <section>
        <h2>What changed</h2>
        <ChangedPredictions predictions={predictions} />
        <TextDiff parts={parts} />
        <ChangedTokens tokens={tokens} />
        <HistoryTools
          canUndo
          canRedo={false}
          isChanged
          onUndo={() => {}}
          onRedo={() => {}}
          onReset={() => {}}
        />
        {chosen && <LensMenu label="Lens" lenses={lenses} chosen={chosen} onChange={setLens} />}
      </section>
    </>
  );
}
