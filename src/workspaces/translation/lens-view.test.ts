import { expect, it } from 'vitest';
import type { TranslationModelInfo } from '../../engine/translation-protocol.ts';
import { asWeights, lensRequest, lensScale, lensView, occlusionAgreement } from './lens-view.ts';
import { createTranslationStore } from './state.ts';

const axis = (units: readonly number[], labels: readonly string[]) => ({
  units,
  labels,
  special: labels.map(() => false),
});
const axes = { query: axis([0, 1], ['la', 'maison']), key: axis([0, 1, 1], ['the', 'household']) };

it('pieces of a source word are added', () => {
  const view = lensView(
    { queryCount: 2, keyCount: 3, values: Float32Array.of(1, 2, 3, -4, 5, -6) },
    axes,
  );
  expect(view?.values).toEqual(Float32Array.of(1, 5, -4, -1));
});

it('a map of other tokens is not drawn', () => {
  expect(lensView({ queryCount: 1, keyCount: 3, values: new Float32Array(3) }, axes)).toBeNull();
});

it('as weights it goes from 0 to 1, without what speaks against', () => {
  const view = { ...axes, values: Float32Array.of(1, 4, -4, 0) };
  expect(asWeights(view).values).toEqual(Float32Array.of(0.25, 1, 0, 0));
  expect(asWeights({ ...axes, values: Float32Array.of(-1, -2) }).values).toEqual(
    Float32Array.of(0, 0),
  );
});

it('what has a sign has a scale around zero, and no logarithm', () => {
  const scale = lensScale('log', [-1, 3]);
  expect([scale.kind, scale.min, scale.max]).toEqual(['linear', -3, 3]);
  expect(lensScale('log', [1, 3]).kind).toBe('log');
});

it('a lens is held against what occlusion measured of the same run', () => {
  const store = createTranslationStore().getState();
  const target = { text: '', ids: [1, 2], tokens: [], spans: [], special: [], words: [] };
  const base = { target, steps: [], score: 0, finished: true };
  const description = {
    title: '',
    question: '',
    formula: '',
    source: { title: '', url: '' },
    limits: '',
    usesLayer: false,
    usesHead: false,
    usesTarget: false,
    unavailable: null,
    signed: false,
    unit: '',
    parameters: [],
  };
  const info: TranslationModelInfo = {
    kind: 'translation',
    identity: '',
    precision: 'float32',
    notKept: null,
    name: '',
    modelType: 'marian',
    parameterCount: 1,
    vocabularySize: 1,
    stacks: { encoder: null, decoder: null, cross: { layerCount: 1, headCount: 1 } },
    bestAlignment: null,
    languageCodes: [],
    longestSource: 9,
    longestTarget: 9,
    initialBeamCount: 1,
    lenses: [
      { id: 'relevance', ...description },
      { id: 'occlusion', ...description },
    ],
    bytes: 1,
    cached: false,
    loadMs: 1,
    warmUpMs: 1,
  };
  const sentences = [{ source: target, hypotheses: [base] }];
  const run = { run: 3, model: '', sentences, runMs: 1, firstTokenMs: 1 };
  const state = { ...store, main: { ...store.main, info, run }, lens: 'relevance' as const };
  const mapOf = (lens: 'relevance' | 'occlusion', values: readonly number[]) => ({
    base,
    key: JSON.stringify(lensRequest({ ...state, lens })),
    matrix: { queryCount: 2, keyCount: 3, values: Float32Array.from(values) },
  });
  const occlusionMap = mapOf('occlusion', [1, 2, 3, 1, 2, 3]);
  const agreement = (values: readonly number[]) =>
    occlusionAgreement({ ...state, occlusionMap, lensMap: mapOf('relevance', values) });
  expect(agreement([0, 1, 9, 2, 3, 4])).toBe(1);
  expect(agreement([0, 1, 9, 4, 3, 2])).toBe(0);
  // A row without any order counts for nothing.
  expect(agreement([5, 5, 5, 4, 3, 2])).toBe(-1);
  expect(occlusionAgreement({ ...state, lensMap: null, occlusionMap })).toBeNull();
  expect(occlusionAgreement({ ...state, occlusionMap: { ...occlusionMap, key: '' } })).toBeNull();
});
