// @vitest-environment happy-dom
import { cleanup, render, screen, within } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { ChangedPredictions } from './ChangedPredictions.tsx';

afterEach(cleanup);

it('is a table of probabilities before and after, and their difference', () => {
  render(
    <ChangedPredictions
      predictions={[
        { label: 'cup', before: 0.612, after: 0.3 },
        { label: 'spoon', before: 0.01, after: 0.0104 },
      ]}
    />,
  );
  const rows = within(
    screen.getByRole('table', { name: 'Predictions before and after' }),
  ).getAllByRole('row');
  expect(rows.slice(1).map((row) => [...row.children].map((cell) => cell.textContent))).toEqual([
    ['cup', '61.2 %', '30.0 %', '−31.2'],
    ['spoon', '1.0 %', '1.0 %', '0.0'],
  ]);
});
