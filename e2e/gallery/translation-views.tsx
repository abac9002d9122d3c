/** The views of the Translation workspace with invented data. */
import { useState } from 'react';
import { alignmentFigure } from '../../src/export/alignment-figure.ts';
import type { Figure } from '../../src/export/figure.ts';
import { ribbonsFigure } from '../../src/export/ribbons-figure.ts';
import { colourMap } from '../../src/math/colour-maps.ts';
import { linearScale } from '../../src/math/scales.ts';
import { AlignmentMatrix } from '../../src/views/alignment-matrix/AlignmentMatrix.tsx';
import type {
  AlignmentCell,
  AlignmentPlace,
} from '../../src/views/alignment-matrix/alignment-place.ts';
import { Ribbons } from '../../src/views/ribbons/Ribbons.tsx';
import { StepPlayer } from '../../src/views/step-player/StepPlayer.tsx';
import { TokenLine } from '../../src/views/token-line/TokenLine.tsx';
import { source, sourceTokens, syntheticWeights, target, targetTokens } from './synthetic-text.ts';

const weights = syntheticWeights(targetTokens.length, sourceTokens.length);
const longTokens = Array.from({ length: 60 }, (_, index) => sourceTokens[index % 7] ?? '');
const longWeights = syntheticWeights(60, 60);
const oddTokens = [
  'مرحبا',
  ' ',
  '\n',
  '🙂',
  '<b>x</b>',
  'Donaudampfschifffahrtsgesellschaft',
  '日本語',
  '\u202E',
];
const oddWeights = syntheticWeights(oddTokens.length, oddTokens.length);
const scale = linearScale(0, 1);
const viridis = colourMap('viridis');

const probabilities = target.tokens.map((_, index) => Math.abs(Math.sin(index * 1.9 + 1)));
const mixed = {
  text: 'مرحبا بالعالم 🙂 abc\n日本語  <i>x</i>',
  spans: [
    [0, 3],
    [3, 5],
    [6, 13],
    [14, 16],
    [14, 16],
    [14, 16],
    [17, 20],
    [20, 21],
    [21, 24],
    [24, 26],
    [26, 34],
  ] as const,
  special: Array.from({ length: 11 }, () => false),
  tokens: [
    'مرح',
    'با',
    'بالعالم',
    '<0xF0>',
    '<0x9F>',
    '<0x99>',
    'abc',
    '↵',
    '日本語',
    '  ',
    '<i>x</i>',
  ],
};
const mixedWeights = mixed.tokens.map((_, index) => 1 / (index + 1));

const ribbonThreshold = { kind: 'threshold', least: 0.1 } as const;
const ribbonTop = { kind: 'top', count: 2 } as const;
const threeHeads = new Float32Array([
  ...oddWeights,
  ...syntheticWeights(8, 8, 1),
  ...syntheticWeights(8, 8, 2),
]);
const hugeTokens = Array.from({ length: 512 }, (_, index) => sourceTokens[index % 11] ?? '');
const hugeHead = syntheticWeights(512, 512);
const hugeWeights = new Float32Array(512 * 512 * 12);
for (let head = 0; head < 12; head += 1)
  hugeWeights.set(hugeHead.subarray(0, hugeHead.length - head), head * hugeHead.length + head);

const candidates = [
  { text: ' économique', probability: 0.91 },
  { text: ' européenne', probability: 0.05 },
  { text: '\n', probability: 0.02 },
  { text: 'anticonstitutionnellement', probability: 0.012 },
  { text: '<b>', probability: 0.0003 },
];

/** Exported by the gallery of figures. */
export const textFigures: readonly Figure[] = [
  alignmentFigure({
    values: weights,
    queryLabels: targetTokens,
    keyLabels: sourceTokens,
    scale,
    colourMap: viridis,
    pinned: { query: 4, key: 5 },
    selectedQuery: 5,
    unit: 'attention',
    note: 'rows sum to 1',
    caption: 'heed-marian-en-fr, cross-attention, layer 2, head 3. <b>Names</b> stay text.',
  }),
  alignmentFigure({
    values: oddWeights,
    queryLabels: oddTokens,
    keyLabels: oddTokens,
    scale,
    colourMap: viridis,
    causal: true,
    unit: 'attention',
    caption: 'Decoder self-attention.',
  }),
  ribbonsFigure({
    values: threeHeads,
    headCount: 3,
    queryLabels: oddTokens,
    keyLabels: oddTokens,
    filter: ribbonTop,
    caption: 'Three heads, the two largest weights of each query.',
  }),
];

export function TranslationViews() {
  const [hovered, setHovered] = useState<AlignmentPlace | null>(null);
  const [pinned, setPinned] = useState<AlignmentCell | null>({ query: 4, key: 4 });
  const [place, setPlace] = useState<AlignmentPlace | null>(null);
  const [step, setStep] = useState(5);
  const [isPlaying, setPlaying] = useState(false);
  const [chosenIndex, setChosenIndex] = useState<number | null>(0);
  const shared = {
    scale,
    colourMap: viridis,
    hovered,
    pinned,
    onHover: setHovered,
    onPin: setPinned,
  };
  return (
    <>
      <section id="player" className="wide">
        <h2>Step player</h2>
        <StepPlayer
          stepCount={targetTokens.length}
          step={step}
          isPlaying={isPlaying}
          onStep={setStep}
          onPlayingChange={setPlaying}
          candidates={candidates}
          chosenIndex={chosenIndex}
          onChoose={setChosenIndex}
        />
      </section>
      <section id="tokens">
        <h2>Tokens: weights, probabilities, scripts</h2>
        <TokenLine
          {...source}
          label="English"
          weights={weights
            .subarray((hovered?.query ?? 4) * sourceTokens.length)
            .slice(0, sourceTokens.length)}
          selected={null}
          hovered={hovered?.key ?? null}
          onHover={(key) => setHovered(key === null ? null : { query: null, key })}
          onSelect={() => {}}
        />
        <TokenLine
          {...target}
          label="French"
          showSpecial
          probabilities={probabilities}
          selected={step}
          hovered={hovered?.query ?? null}
          onHover={(query) => setHovered(query === null ? null : { query, key: null })}
          onSelect={() => {}}
        />
        <TokenLine
          {...mixed}
          label="Mixed"
          probabilities={mixedWeights}
          weights={mixedWeights}
          selected={6}
          hovered={2}
          onHover={() => {}}
          onSelect={() => {}}
        />
      </section>
      <section id="alignment" className="wide">
        <h2>Alignment matrix</h2>
        <AlignmentMatrix
          {...shared}
          values={weights}
          queryLabels={targetTokens}
          keyLabels={sourceTokens}
          selectedQuery={step}
        />
      </section>
      <section id="ribbons">
        <h2>Ribbons</h2>
        <Ribbons
          values={weights}
          queryLabels={targetTokens}
          keyLabels={sourceTokens}
          filter={ribbonThreshold}
          hovered={hovered}
          selected={place}
          onHover={setHovered}
          onSelect={setPlace}
        />
      </section>
      <section id="ribbons-heads">
        <h2>Ribbons: three heads, causal, odd tokens</h2>
        <Ribbons
          label="Causal ribbons"
          values={threeHeads}
          headCount={3}
          causal
          queryLabels={oddTokens}
          keyLabels={oddTokens}
          filter={ribbonTop}
          hovered={{ query: 5, key: null }}
          onHover={() => {}}
        />
      </section>
      <section id="ribbons-huge">
        <h2>Ribbons: 512 × 512 × 12</h2>
        <Ribbons
          label="Huge ribbons"
          values={hugeWeights}
          headCount={12}
          queryLabels={hugeTokens}
          keyLabels={hugeTokens}
          filter={ribbonTop}
          hovered={null}
          onHover={() => {}}
        />
      </section>
      <section id="alignment-long">
        <h2>Alignment matrix, 60 × 60</h2>
        <AlignmentMatrix
          {...shared}
          label="Long alignment"
          values={longWeights}
          queryLabels={longTokens}
          keyLabels={longTokens}
        />
      </section>
      <section id="alignment-causal">
        <h2>Alignment matrix, causal; odd tokens</h2>
        <AlignmentMatrix
          {...shared}
          label="Causal alignment"
          causal
          values={oddWeights}
          queryLabels={oddTokens}
          keyLabels={oddTokens}
        />
      </section>
    </>
  );
}
