import { describe, expect, it } from 'vitest';
import {
  layoutTokenLine,
  type TokenLineContent,
  type TokenLinePiece,
} from './layout-token-line.ts';

function layout(content: Partial<TokenLineContent> & Pick<TokenLineContent, 'text' | 'spans'>) {
  const count = content.spans.length;
  return layoutTokenLine({
    special: Array.from({ length: count }, () => false),
    tokens: content.spans.map(([start, end]) => content.text.slice(start, end)),
    showSpecial: false,
    ...content,
  });
}

const brief = (pieces: readonly TokenLinePiece[]) =>
  pieces.map((piece) =>
    piece.kind === 'between' ? piece.text : `${piece.kind} ${piece.index}: ${piece.text}`,
  );

/** What a reader sees of the text itself. */
const shown = (pieces: readonly TokenLinePiece[]) =>
  pieces.map((piece) => (piece.kind === 'chip' ? '' : piece.text)).join('');

describe('layoutTokenLine', () => {
  it('keeps the white space between tokens', () => {
    const pieces = layout({
      text: ' un  deux\n',
      spans: [
        [1, 3],
        [5, 7],
        [7, 9],
      ],
    });
    expect(brief(pieces)).toEqual([' ', 'token 0: un', '  ', 'token 1: de', 'token 2: ux', '\n']);
  });

  it('leaves white space that a span begins or ends with outside of the token', () => {
    const pieces = layout({
      text: 'a new day ',
      spans: [
        [0, 1],
        [1, 5],
        [5, 10],
      ],
    });
    expect(brief(pieces)).toEqual(['token 0: a', ' ', 'token 1: new', ' ', 'token 2: day', ' ']);
  });

  it('keeps a token that is white space alone', () => {
    expect(
      brief(
        layout({
          text: 'a  b',
          spans: [
            [0, 1],
            [1, 3],
            [3, 4],
          ],
        }),
      ),
    ).toEqual(['token 0: a', 'token 1:   ', 'token 2: b']);
  });

  it('shows a character once that several tokens share', () => {
    const tokens = ['<0xF0>', '<0x9F>', '<0x99>', '<0x82>'];
    const spans = tokens.map(() => [0, 2] as const);
    expect(brief(layout({ text: '🙂!', spans: [...spans, [2, 3]], tokens }))).toEqual([
      'token 0: 🙂',
      'chip 1: <0x9F>',
      'chip 2: <0x99>',
      'chip 3: <0x82>',
      'token 4: !',
    ]);
  });

  it('never cuts a surrogate pair', () => {
    const pieces = layout({
      text: 'a🙂b',
      spans: [
        [0, 2],
        [2, 4],
      ],
      tokens: ['x', 'y'],
    });
    expect(brief(pieces)).toEqual(['token 0: a🙂', 'token 1: b']);
    expect(
      brief(
        layout({
          text: '🙂🙃',
          spans: [
            [0, 1],
            [1, 3],
            [3, 4],
          ],
          tokens: ['p', 'q', 'r'],
        }),
      ),
    ).toEqual(['token 0: 🙂', 'token 1: 🙃', 'chip 2: r']);
  });

  it('shows special tokens only when asked', () => {
    const content = {
      text: 'oui',
      spans: [
        [0, 3],
        [3, 3],
      ] as const,
      tokens: ['oui', '</s>'],
    };
    const special = [false, true];
    expect(brief(layout({ ...content, special }))).toEqual(['token 0: oui']);
    expect(brief(layout({ ...content, special, showSpecial: true }))).toEqual([
      'token 0: oui',
      'chip 1: </s>',
    ]);
  });

  it('gives the whole text once, whatever the spans say', () => {
    const text = 'שלום 👩‍🚀 <b>x</b>\u202E';
    for (const spans of [
      [],
      [
        [3, 1],
        [0, 99],
        [2, 4],
      ],
      [
        [-5, 2],
        [50, 60],
      ],
      [
        [6, 7],
        [0, 3],
        [8, 9],
      ],
    ] as const)
      expect(shown(layout({ text, spans }))).toBe(text);
  });
});
