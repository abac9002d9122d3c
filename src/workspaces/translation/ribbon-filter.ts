import type { RibbonFilter } from '../../views/ribbons/select-ribbons.ts';
import type { Display } from './state.ts';

/** Which lines the person wants to see. */
export function ribbonFilter({ ribbonRule, ribbonThreshold, ribbonCount }: Display): RibbonFilter {
  return ribbonRule === 'threshold'
    ? { kind: 'threshold', least: ribbonThreshold }
    : { kind: 'top', count: ribbonCount };
}
