import { describe, expect, it } from 'vitest';
import {
  changeOfHead,
  comparedRun,
  hasCut,
  isHeadOn,
  isLayerOn,
  isUnchanged,
  offCount,
  withComparedRun,
  withCut,
  withHead,
  withHeadToggled,
  withLayer,
  withOnlyHead,
  withoutCut,
  withTokens,
} from './attention-changes.ts';
import { noChanges } from './what-if-protocol.ts';

const size = { stack: 'self', layerCount: 3, headCount: 2 } as const;
const place = { stack: 'self', layer: 1, head: 0 } as const;

describe('heads', () => {
  it('go off and on, and leave nothing behind', () => {
    const off = withHeadToggled(noChanges, place);
    expect(isHeadOn(off, place)).toBe(false);
    expect(off.heads).toEqual([{ ...place, scale: 0, replacement: null }]);
    expect(isUnchanged(withHeadToggled(off, place))).toBe(true);
  });

  it('keep their replacement while they are off', () => {
    const replaced = withHead(noChanges, place, { replacement: { kind: 'uniform' } });
    const on = withHeadToggled(withHeadToggled(replaced, place), place);
    expect(changeOfHead(on, place)?.replacement).toEqual({ kind: 'uniform' });
  });

  it('are at most one change each', () => {
    const once = withHead(noChanges, place, { scale: 0.5 });
    expect(withHead(once, place, { scale: 1.5 }).heads).toHaveLength(1);
    expect(isUnchanged(withHead(once, place, { scale: 1 }))).toBe(true);
  });

  it('go by the layer, and all but one', () => {
    const off = withLayer(noChanges, size, 2, false);
    expect(isLayerOn(off, size, 2)).toBe(false);
    expect(isLayerOn(off, size, 1)).toBe(true);
    expect(isUnchanged(withLayer(off, size, 2, true))).toBe(true);
    const only = withOnlyHead(withHead(noChanges, place, { scale: 0 }), size, place);
    expect(offCount(only, 'self')).toBe(5);
    expect(isHeadOn(only, place)).toBe(true);
  });

  it('of another stack are others', () => {
    const cross = withHeadToggled(noChanges, { ...place, stack: 'cross' });
    expect(isHeadOn(cross, place)).toBe(true);
    expect(offCount(cross, 'self')).toBe(0);
  });

  it('take weights of the compared run while there is one', () => {
    const replaced = withHead(noChanges, place, {
      scale: 0.5,
      replacement: { kind: 'other-run', run: comparedRun },
    });
    expect(withComparedRun(replaced, 7).heads[0]?.replacement).toEqual({
      kind: 'other-run',
      run: 7,
    });
    expect(withComparedRun(replaced, null).heads).toEqual([
      { ...place, scale: 0.5, replacement: null },
    ]);
  });
});

it('an edge is cut once and mended', () => {
  const cut = { ...place, query: 0, key: 3 };
  const after = withCut(withCut(noChanges, cut), cut);
  expect(after.cuts).toHaveLength(1);
  expect(hasCut(after, { ...cut, head: null })).toBe(false);
  expect(isUnchanged(withoutCut(after, cut))).toBe(true);
});

it('tokens are hidden in rising order and shown again', () => {
  const hidden = withTokens(withTokens(noChanges, [9, 3], true), [3, 5], true);
  expect(hidden.hiddenTokens).toEqual([3, 5, 9]);
  expect(isUnchanged(withTokens(hidden, [3, 5, 9, 11], false))).toBe(true);
});
