import { expect, it } from 'vitest';
import { recordingContext } from '../testing/recording-context.ts';
import { estimateWidth, fitText } from './label-width.ts';

it('gives wide characters more room, and marks none', () => {
  expect(estimateWidth('語')).toBeGreaterThan(estimateWidth('g'));
  expect(estimateWidth('e\u0301')).toBe(estimateWidth('e'));
  expect(estimateWidth('🙂')).toBe(estimateWidth('語'));
});

it('cuts a long text between characters', () => {
  const { context } = recordingContext();
  // The recording context gives 6 pixels to each UTF-16 unit.
  expect(fitText(context, 'short', 30)).toBe('short');
  expect(fitText(context, 'incomprehensibilities', 36)).toBe('incom…');
  expect(fitText(context, '🙂🙂🙂🙂', 24)).toBe('🙂…');
  expect(fitText(context, 'anything', 3)).toBe('…');
});
