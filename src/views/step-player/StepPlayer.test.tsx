// @vitest-environment happy-dom
import { act, cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { StepPlayer, type StepPlayerProps } from './StepPlayer.tsx';

let wantsLessMotion = false;
beforeEach(() => {
  vi.useFakeTimers();
  wantsLessMotion = false;
  vi.stubGlobal('matchMedia', () => ({ matches: wantsLessMotion }));
});
afterEach(() => {
  cleanup();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const candidates = [
  { text: ' économique', probability: 0.912 },
  { text: '\n', probability: 0.05 },
  { text: '<i>', probability: 0.0001 },
];

/** Keeps what the player changes, as a page would. */
function Page(props: Partial<StepPlayerProps>) {
  const [step, setStep] = useState(props.step ?? 1);
  const [isPlaying, setPlaying] = useState(props.isPlaying ?? false);
  return (
    <StepPlayer
      stepCount={4}
      candidates={candidates}
      chosenIndex={0}
      onChoose={() => {}}
      {...props}
      step={step}
      isPlaying={isPlaying}
      onStep={setStep}
      onPlayingChange={setPlaying}
    />
  );
}

const slider = () => screen.getByRole('slider', { name: 'Step' });
const valueOf = () => slider().getAttribute('aria-valuetext');
const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }));
const wait = (ms: number) => act(() => vi.advanceTimersByTime(ms));

it('steps, and stops at both ends', () => {
  render(<Page />);
  expect(valueOf()).toBe('2 / 4');
  press('Step back');
  expect(valueOf()).toBe('1 / 4');
  expect(screen.getByRole('button', { name: 'Step back' }).hasAttribute('disabled')).toBe(true);
  fireEvent.change(slider(), { target: { value: '4' } });
  expect(valueOf()).toBe('4 / 4');
  expect(screen.getByRole('button', { name: 'Step forward' }).hasAttribute('disabled')).toBe(true);
});

it('plays to the end and then stands still; plays anew from the start', () => {
  render(<Page step={2} stepMs={100} />);
  press('Play');
  wait(99);
  expect(valueOf()).toBe('3 / 4');
  wait(1);
  expect(valueOf()).toBe('4 / 4');
  press('Play');
  expect(valueOf()).toBe('1 / 4');
  expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy();
  wait(100);
  expect(valueOf()).toBe('2 / 4');
});

it('stops playing when the person scrubs', () => {
  render(<Page step={0} stepMs={100} />);
  press('Play');
  fireEvent.change(slider(), { target: { value: '2' } });
  wait(1000);
  expect(valueOf()).toBe('2 / 4');
});

it('goes to the end at once where less motion is wanted', () => {
  wantsLessMotion = true;
  render(<Page step={0} />);
  press('Play');
  expect(valueOf()).toBe('4 / 4');
  expect(screen.getByRole('button', { name: 'Play' })).toBeTruthy();
});

it('toggles by the space bar on the slider, which the page does not see', () => {
  const onPageKey = vi.fn<() => void>();
  document.addEventListener('keydown', onPageKey);
  render(<Page />);
  fireEvent.keyDown(slider(), { key: ' ' });
  expect(screen.getByRole('button', { name: 'Pause' })).toBeTruthy();
  fireEvent.keyDown(slider(), { key: ' ' });
  expect(screen.getByRole('button', { name: 'Play' })).toBeTruthy();
  expect(onPageKey).not.toHaveBeenCalled();
  // A button does by itself what the space bar does.
  fireEvent.keyDown(screen.getByRole('button', { name: 'Step back' }), { key: ' ' });
  expect(screen.getByRole('button', { name: 'Play' })).toBeTruthy();
  document.removeEventListener('keydown', onPageKey);
});

it('offers the next tokens with white space made visible', () => {
  const onChoose = vi.fn<(index: number) => void>();
  render(<Page onChoose={onChoose} />);
  const [best, line, markup] = screen.getAllByRole('listitem').map((item) => item.textContent);
  expect([best, line, markup]).toEqual(['␣économique 0.91', '↵ 0.05', '<i> <0.01']);
  expect(screen.getByRole('button', { name: /économique/ }).getAttribute('aria-pressed')).toBe(
    'true',
  );
  press('↵ 0.05');
  expect(onChoose).toHaveBeenCalledExactlyOnceWith(1);
});

it('rests without any step', () => {
  render(<Page stepCount={0} step={0} candidates={[]} chosenIndex={null} />);
  expect(screen.getAllByRole('button').every((button) => button.hasAttribute('disabled'))).toBe(
    true,
  );
  fireEvent.keyDown(slider(), { key: ' ' });
  expect(screen.getByRole('button', { name: 'Play' })).toBeTruthy();
});
