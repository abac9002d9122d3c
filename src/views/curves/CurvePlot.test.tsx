// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { CurvePlot } from './CurvePlot.tsx';
import { bandOf } from './layout-curves.ts';

afterEach(cleanup);

it('is a figure of its title, with its words and numbers at both axes', () => {
  render(
    <CurvePlot
      title="Deletion curve"
      shareTitle="patches removed"
      valueTitle="probability"
      largest={0.8}
      description="area 0.3"
      shares={[0, 0.5, 1]}
      curve={{ name: 'Rollout', values: [0.8, 0.2, 0] }}
      band={bandOf('random', [[0.8, 0.5, 0]])}
    />,
  );
  const figure = screen.getByRole('figure', { name: 'Deletion curve' });
  expect(figure.textContent).toContain('area 0.3');
  for (const text of ['0 %', '100 %', '0.8', 'patches removed', 'probability'])
    expect(screen.getByText(text)).toBeTruthy();
  const points = (name: string) =>
    figure.querySelector(name)?.getAttribute('points')?.split(' ').length;
  expect(points('polygon')).toBe(6);
  expect(points('polyline:last-of-type')).toBe(3);
});
