// @vitest-environment happy-dom
import { act, cleanup, render } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { recordingContext } from '../testing/recording-context.ts';
import { Canvas, type Draw } from './Canvas.tsx';

let observers: { callback: ResizeObserverCallback; options: ResizeObserverOptions | undefined }[];

beforeEach(() => {
  observers = [];
  class FakeResizeObserver {
    private readonly callback: ResizeObserverCallback;
    constructor(callback: ResizeObserverCallback) {
      this.callback = callback;
    }
    observe(_target: Element, options?: ResizeObserverOptions) {
      observers.push({ callback: this.callback, options });
    }
    disconnect() {}
  }
  vi.stubGlobal('ResizeObserver', FakeResizeObserver);
  vi.stubGlobal('devicePixelRatio', 2);
  vi.spyOn(Element.prototype, 'getBoundingClientRect').mockReturnValue(new DOMRect(0, 0, 50, 30));
  const { context } = recordingContext();
  vi.spyOn(HTMLCanvasElement.prototype, 'getContext').mockImplementation(
    // The overload for '2d' is the only one that is called.
    (() => context) as unknown as HTMLCanvasElement['getContext'],
  );
});

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

function resize(contentWidth: number, contentHeight: number, deviceWidth: number) {
  const [observer] = observers;
  const entry = {
    contentRect: new DOMRect(0, 0, contentWidth, contentHeight),
    devicePixelContentBoxSize: [{ inlineSize: deviceWidth, blockSize: contentHeight * 2 }],
  };
  observer?.callback([entry as unknown as ResizeObserverEntry], {} as ResizeObserver);
}

const sizesOf = (draw: ReturnType<typeof vi.fn<Draw>>) => draw.mock.calls.map(([, size]) => size);

it('draws at once, at device resolution, and anew only for another drawing', () => {
  const first = vi.fn<Draw>();
  const { rerender } = render(<Canvas draw={first} />);
  expect(sizesOf(first)).toEqual([{ width: 100, height: 60, pixelRatio: 2 }]);
  rerender(<Canvas draw={first} />);
  expect(first).toHaveBeenCalledOnce();
  const second = vi.fn<Draw>();
  rerender(<Canvas draw={second} />);
  expect(second).toHaveBeenCalledOnce();
});

it('follows the size in device pixels', () => {
  const draw = vi.fn<Draw>();
  render(<Canvas draw={draw} />);
  expect(observers[0]?.options).toEqual({ box: 'device-pixel-content-box' });
  resize(50, 30, 100);
  expect(draw).toHaveBeenCalledOnce();
  resize(80.4, 30, 161);
  expect(sizesOf(draw).at(-1)).toEqual({ width: 161, height: 60, pixelRatio: 2 });
});

it('does not take an emulated device pixel for a CSS pixel', () => {
  const draw = vi.fn<Draw>();
  render(<Canvas draw={draw} />);
  resize(80, 40, 80);
  expect(sizesOf(draw).at(-1)?.width).toBe(160);
});

it('follows the theme', async () => {
  const draw = vi.fn<Draw>();
  render(<Canvas draw={draw} />);
  await act(async () => {
    document.documentElement.dataset['theme'] = 'dark';
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  expect(draw).toHaveBeenCalledTimes(2);
});
