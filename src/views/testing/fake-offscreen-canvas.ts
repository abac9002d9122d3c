import { vi } from 'vitest';

/** The bytes that were put on each canvas made since, in order. */
export type PutPixels = Uint8ClampedArray[];

/** Stands in for `OffscreenCanvas`, which the tests' DOM lacks. Undone by `vi.unstubAllGlobals`. */
export function fakeOffscreenCanvas(): PutPixels {
  const put: PutPixels = [];
  class FakeOffscreenCanvas {
    readonly width: number;
    readonly height: number;
    constructor(width: number, height: number) {
      this.width = width;
      this.height = height;
    }
    getContext(): object {
      return {
        createImageData: (width: number, height: number) => ({
          data: new Uint8ClampedArray(width * height * 4),
        }),
        putImageData: ({ data }: { data: Uint8ClampedArray }) => put.push(data),
      };
    }
  }
  vi.stubGlobal('OffscreenCanvas', FakeOffscreenCanvas);
  return put;
}
