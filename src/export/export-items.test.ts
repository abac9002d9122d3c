// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { exportItems, type Exportable } from './export-items.ts';

afterEach(() => vi.restoreAllMocks());

function watchDownloads() {
  const names: string[] = [];
  const blobs: Blob[] = [];
  vi.spyOn(URL, 'createObjectURL').mockImplementation((blob) => {
    if (blob instanceof Blob) blobs.push(blob);
    return 'blob:heed/1';
  });
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
    this: HTMLAnchorElement,
  ) {
    names.push(this.download);
  });
  return { names, blobs };
}

const onFailure = vi.fn<(error: unknown) => void>();
const exportable: Exportable = {
  nameParts: ['heed-vit', 'cat.jpg', 'layer 4'],
  figure: () => {
    throw new Error('no figure');
  },
  array: () => ({ values: new Float32Array([1, 2]), shape: [1, 2] }),
  json: () => ({ layer: 4, map: new Float32Array([0.5]) }),
  onFailure,
};

it('offers only what there is', () => {
  const { nameParts, figure } = exportable;
  const items = exportItems({ nameParts, figure, onFailure });
  expect(items.map(({ detail }) => detail)).toEqual(['PNG', 'SVG']);
  expect(exportItems(exportable)).toHaveLength(4);
});

it('saves arrays and JSON under sensible names', async () => {
  const { names, blobs } = watchDownloads();
  const [, , npy, json] = exportItems(exportable);
  npy?.onSelect();
  json?.onSelect();
  await vi.waitFor(() => expect(names).toHaveLength(2));
  expect(names).toEqual(['heed-vit_cat_layer-4.npy', 'heed-vit_cat_layer-4.json']);
  expect(await blobs[1]?.text()).toBe('{"layer":4,"map":[0.5]}');
});

it('reports a failure and saves nothing', async () => {
  const { names } = watchDownloads();
  exportItems(exportable)[0]?.onSelect();
  await vi.waitFor(() => expect(onFailure).toHaveBeenCalledWith(new Error('no figure')));
  expect(names).toEqual([]);
});
