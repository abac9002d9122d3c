// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { withHeadToggled, withTokens } from '../../engine/attention-changes.ts';
import { noChanges } from '../../engine/what-if-protocol.ts';
import { historyOf } from '../../math/history.ts';
import { readLink, writeLink } from './link.ts';
import { createVisionStore } from './state.ts';
import { tinyModel } from './testing/fake-engine.ts';

const place = { stack: 'self', layer: 1, head: 1 } as const;

it('holds the label and the changes, and says nothing of either by itself', () => {
  const changes = withTokens(withHeadToggled(noChanges, place), [1, 2], true);
  const state = { ...createVisionStore().getState(), model: tinyModel };
  expect(writeLink(state)).not.toMatch(/target|heads|cuts|hidden/);
  const text = writeLink({ ...state, target: 1, changes: historyOf(changes) });
  expect(readLink(text, tinyModel)).toMatchObject({ target: 1, changes, notice: null });
});

it.each(['2', '-1', '0.5', '1e9', 'NaN', 'cup', ''])(
  'falls back to the best prediction for target=%s and says so',
  (target) => {
    const link = readLink(`target=${target}`, tinyModel);
    expect(link.target).toBeNull();
    expect(link.notice).toMatch(/label that tiny does not have.*best prediction/);
  },
);

it('takes up the changes that fit and says that others do not', () => {
  const link = readLink('heads=2.2x0_99.1x0&hidden=0&target=7', tinyModel);
  expect(link.changes).toEqual(withHeadToggled(noChanges, place));
  expect(link.notice).toMatch(/best prediction.*2 changes of the link do not fit/);
});

it('takes no lens that the model cannot have', () => {
  const [raw] = tinyModel.lenses;
  if (!raw) throw new Error('the tiny model has no lens');
  const relevance = { ...raw, id: 'relevance', unavailable: 'It has no gradients.' } as const;
  const model = { ...tinyModel, lenses: [raw, relevance] };
  expect(readLink('lens=relevance', model).main.lens).toBe('raw');
  const able = { ...model, lenses: [raw, { ...relevance, unavailable: null }] };
  expect(readLink('lens=relevance', able).main.lens).toBe('relevance');
});

it('holds what is shown of the matrix, and says nothing of the whole', () => {
  const state = { ...createVisionStore().getState(), model: tinyModel };
  expect(writeLink(state)).not.toMatch(/matrix/);
  const matrixView = { zoom: 2.5, firstQuery: 1.25, firstKey: 0.5 };
  expect(readLink(writeLink({ ...state, matrixView }), tinyModel).matrixView).toEqual(matrixView);
  const whole = { zoom: 1, firstQuery: 0, firstKey: 0 };
  for (const text of ['', 'matrix=', 'matrix=NaN,-1,1e9', 'matrix=0,x', 'matrix=1e300'])
    expect(readLink(text, tinyModel).matrixView).toEqual(whole);
});
