import { describe, expect, it } from 'vitest';
import { createLabelFinder } from './labels.mjs';

const labels = ['tabby cat', 'Golden-Retriever', 'cat', 'LABEL_3', 'tench, Tinca tinca'];
const find = createLabelFinder(labels, ['n02123045', 'n02099601', '', '', 'n01440764']);

describe('the label of a file', () => {
  it.each([
    ['n02123045_12.jpg', 0],
    ['N02099601_n02099601_7.JPEG', 1],
    ['tabby cat_1.jpg', 0],
    ['Tabby-Cat_1.jpg', 0],
    ['TABBY_CAT_00001.png', 0],
    ['golden retriever_3.webp', 1],
    ['val/golden_retriever/golden_retriever_3.webp', 1],
    ['cat_1.jpg', 2],
    ['cat.jpg', 2],
    ['cat.crop.jpg', 2],
    ['LABEL_3_44.jpg', 3],
    ['tinca tinca_5.jpg', 4],
    ['tench, tinca tinca_5.jpg', 4],
  ])('%s', (name, label) => {
    expect(find(name)).toBe(label);
  });

  it.each(['dog_1.jpg', '.jpg', '', 'n02123045/dog_1.jpg', 'category_1.jpg', '_____'])(
    'is not known from %j',
    (name) => {
      expect(find(name)).toBeNull();
    },
  );

  it('is not known where two labels have the name', () => {
    const find = createLabelFinder(['crane', 'crane', 'drake'], ['n02012849', 'n03126707', '']);
    expect(find('crane_1.jpg')).toBeNull();
    expect(find('n03126707_1.jpg')).toBe(1);
    expect(find('drake_1.jpg')).toBe(2);
  });

  it('is a whole name rather than another label’s synonym', () => {
    const find = createLabelFinder(['maillot, tank suit', 'maillot'], []);
    expect(find('maillot_1.jpg')).toBe(1);
    expect(find('tank suit_1.jpg')).toBe(0);
  });
});
