// @vitest-environment happy-dom
import { cleanup, render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, it, vi } from 'vitest';
import { MeasureProgress } from './MeasureProgress.tsx';

afterEach(cleanup);

it('says how far it is and how to end it', async () => {
  const onCancel = vi.fn<() => void>();
  render(<MeasureProgress words="Measuring heads" done={9} total={36} onCancel={onCancel} />);
  const bar = screen.getByRole('progressbar', { name: 'Measuring heads' });
  expect(bar.getAttribute('aria-valuenow')).toBe('25');
  expect(screen.getByText('Measuring heads: 9 of 36')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(onCancel).toHaveBeenCalledOnce();
});

it('claims no share before one is known', () => {
  render(<MeasureProgress words="Measuring" done={0} total={null} />);
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('0');
  expect(screen.getByText('Measuring…')).toBeTruthy();
  expect(screen.queryByRole('button')).toBeNull();
});
