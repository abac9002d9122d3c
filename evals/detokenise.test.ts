import { describe, expect, it } from 'vitest';
import { detokenise, findFrenchSpelling, type Spelling } from './page/detokenise.ts';

/** Each token's characters in the text, `|` between them. */
function read(line: string, spelling: Spelling): [string, string] {
  const { text, spans } = detokenise(line.split(' '), spelling);
  return [text, spans.map(([start, end]) => text.slice(start, end)).join('|')];
}

describe('detokenise', () => {
  it.each<[Spelling, string, string, string?]>([
    ['english', 'Well , the cat ( mine ) sleeps ; why ?', 'Well, the cat (mine) sleeps; why?'],
    ['english', "it 's Anna 's , is n't it ?", "it's Anna's, isn't it?"],
    ['english', 'well - known', 'well - known'],
    ['french', "l' eau qu' il boit ; d’ accord ?", "l'eau qu'il boit ; d’accord ?"],
    ['french', "m ' en aller , peut - être", "m'en aller, peut-être"],
    ['french', 'le ordre de le ministre', 'le ordre de le ministre'],
    ['expanded-french', 'le ordre de une dame', "l'ordre d'une dame", "l'|ordre|d'|une|dame"],
    ['expanded-french', 'De le coup à les autres', 'Du coup aux autres', 'D|u|coup|au|x|autres'],
    ['expanded-french', 'parler de les onze', 'parler des onze', 'parler|de|s|onze'],
    ['expanded-french', 'le onze de le homme', "le onze de l'homme", "le|onze|de|l'|homme"],
    ['expanded-french', 'ce est ce ami', "c'est ce ami", "c'|est|ce|ami"],
    ['expanded-french', 'à', 'à'],
  ])('%s: %s', (spelling, line, text, tokens = line.replaceAll(' ', '|')) => {
    expect(read(line, spelling)).toEqual([text, tokens]);
  });

  it('keeps characters beyond the basic plane in their places', () => {
    expect(detokenise(['🙂', ',', '𝒳'], 'english')).toEqual({
      text: '🙂, 𝒳',
      spans: [
        [0, 2],
        [2, 3],
        [4, 6],
      ],
    });
    expect(detokenise([], 'french')).toEqual({ text: '', spans: [] });
  });
});

function find(...lines: string[]): Spelling {
  return findFrenchSpelling(lines.map((line) => line.split(' ')));
}

describe('findFrenchSpelling', () => {
  it('tells elisions that are written out from those that are not', () => {
    expect(find('le ordre de le ministre', "aujourd' hui il ne y a rien")).toBe('expanded-french');
    expect(find("l' ordre du ministre", "je n' ai que le onze")).toBe('french');
    expect(find("m ' en aller", 'le ordre')).toBe('french');
    expect(find('un chat dort')).toBe('french');
  });
});
