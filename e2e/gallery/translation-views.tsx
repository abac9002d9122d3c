/** The views of the Translation workspace with invented data. */
import { useState } from 'react';
import { colourMap } from '../../src/math/colour-maps.ts';
import { linearScale } from '../../src/math/scales.ts';
import { AlignmentMatrix } from '../../src/views/alignment-matrix/AlignmentMatrix.tsx';
import type {
  AlignmentCell,
  AlignmentPlace,
} from '../../src/views/alignment-matrix/alignment-place.ts';
import {
  sourceText,
  sourceTokens,
  syntheticWeights,
  targetText,
  targetTokens,
} from './synthetic-text.ts';

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

export function TranslationViews() {
  const [hovered, setHovered] = useState<AlignmentPlace | null>(null);
  const [pinned, setPinned] = useState<AlignmentCell | null>({ query: 4, key: 4 });
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
      <section id="alignment">
        <h2>Alignment matrix</h2>
        <AlignmentMatrix
          {...shared}
          values={weights}
          queryLabels={targetTokens}
          keyLabels={sourceTokens}
          selectedQuery={5}
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
