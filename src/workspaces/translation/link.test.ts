import { expect, it } from 'vitest';
import { readLink, writeLink } from './link.ts';
import { createTranslationStore } from './state.ts';

it('comes back as it was written', () => {
  const state = createTranslationStore().getState();
  const heads = { ...state.main.heads, encoder: { layer: 2, head: 4, isMean: false } };
  const text = 'Where is it? 5 % & "more" — 🙂';
  const written = writeLink({
    ...state,
    text,
    beamCount: 6,
    stack: 'encoder',
    sentence: 1,
    targetToken: 3,
    main: { ...state.main, heads },
    display: { ...state.display, view: 'ribbons', isMerged: false, ribbonThreshold: 0.25 },
  });
  expect(readLink(written)).toMatchObject({
    text,
    modelId: state.main.modelId,
    compareId: null,
    beamCount: 6,
    stack: 'encoder',
    head: { layer: 2, head: 4, isMean: false },
    sentence: 1,
    targetToken: 3,
    display: { view: 'ribbons', isMerged: false, ribbonThreshold: 0.25 },
  });
});

it('the mean of heads has a word of its own', () => {
  expect(readLink('layer=2&head=mean').head).toEqual({ layer: 1, head: 0, isMean: true });
});

it('what is wrong or missing has its initial value', () => {
  const link = readLink('model=none&beam=99&stack=sideways&layer=-3&head=x&view=3d&sentence=1.5');
  expect(link).toMatchObject({
    text: null,
    modelId: null,
    beamCount: 4,
    stack: 'cross',
    head: { layer: 0, head: 0, isMean: false },
    sentence: 0,
  });
  expect(link.display.view).toBe('matrix');
});
