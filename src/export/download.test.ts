// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { download, fileNameOf } from './download.ts';

afterEach(() => vi.restoreAllMocks());

it.each([
  [['heed-vit', 'cat.jpg', 'layer 4', 'head 2'], 'heed-vit_cat_layer-4_head-2.png'],
  [['../../etc/passwd'], 'etc-passwd.png'],
  [['a:b*c?"<d>|e\u0000f'], 'a-b-c-d-e-f.png'],
  [['Été à Zürich', '猫'], 'Été-à-Zürich_猫.png'],
  [['', '...'], 'heed.png'],
  [['x'.repeat(100)], `${'x'.repeat(40)}.png`],
])('names a file after %j', (parts, name) => {
  expect(fileNameOf(parts, 'png')).toBe(name);
});

it('hands the file over under its name', () => {
  const clicked: { href: string; name: string }[] = [];
  vi.spyOn(URL, 'createObjectURL').mockReturnValue('blob:heed/1');
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function click(
    this: HTMLAnchorElement,
  ) {
    clicked.push({ href: this.href, name: this.download });
  });
  download(new Blob(['x']), 'map.npy');
  expect(clicked).toEqual([{ href: 'blob:heed/1', name: 'map.npy' }]);
});
