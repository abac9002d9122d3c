// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { defaultHub, identityOf } from '../../engine/model-source.ts';
import { readLink, writeLink } from './link.ts';
import { firstModel, type TranslationModel } from './models.ts';
import { createTranslationStore, emptySide } from './state.ts';

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
    display: {
      ...state.display,
      view: 'ribbons',
      isMerged: false,
      showsNew: true,
      ribbonThreshold: 0.25,
    },
  });
  expect(readLink(written, [])).toMatchObject({
    text,
    model: state.main.model,
    compare: null,
    beamCount: 6,
    stack: 'encoder',
    head: { layer: 2, head: 4, isMean: false },
    sentence: 1,
    targetToken: 3,
    display: { view: 'ribbons', isMerged: false, showsNew: true, ribbonThreshold: 0.25 },
  });
});

it('the mean of heads has a word of its own', () => {
  expect(readLink('layer=2&head=mean', []).head).toEqual({ layer: 1, head: 0, isMean: true });
});

it('what is wrong or missing has its initial value', () => {
  const link = readLink(
    'model=none&beam=99&stack=sideways&layer=-3&head=x&view=3d&sentence=1.5',
    [],
  );
  expect(link).toMatchObject({
    text: null,
    model: firstModel,
    beamCount: 4,
    stack: 'cross',
    head: { layer: 0, head: 0, isMean: false },
    sentence: 0,
  });
  expect(link.display.view).toBe('matrix');
});

it('an opened model is named, on either side', () => {
  const state = createTranslationStore().getState();
  const source = { kind: 'hub', hub: defaultHub, id: 'a/b', revision: 'v2' } as const;
  const opened: TranslationModel = {
    id: identityOf(source),
    title: 'a/b',
    from: null,
    to: null,
    opened: { source, precision: 'float32' },
  };
  const side = emptySide(opened);
  const written = writeLink({ ...state, main: side, compare: side });
  expect(new URLSearchParams(written).get('model')).toBe('a/b@v2');
  expect(readLink(written, [opened])).toMatchObject({ model: opened, compare: opened });
  expect(readLink(written, []).model).toBeNull();
  expect(readLink(written, [])).toMatchObject({ compare: null, unknownCompare: 'a/b@v2' });
  const packed: TranslationModel = { ...opened, opened: { source, precision: 'int8' } };
  expect(readLink(written, [packed]).model).toBeNull();
  const ofPacked = writeLink({ ...state, main: emptySide(packed) });
  expect(readLink(ofPacked, [packed])).toMatchObject({ model: packed, unknownCompare: null });
});
