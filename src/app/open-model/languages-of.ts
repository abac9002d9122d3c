import { languageName } from '../../engine/language-names.ts';

export interface Languages {
  readonly from: string | null;
  readonly to: string | null;
}

/** What the names of models call many languages at once. */
const several = 'mul';

function nameOf(code: string | undefined): string | null {
  return code === undefined || code === several ? null : languageName(code);
}

/**
 * The languages that a translation model's name tells, as those of Marian's models do:
 * `opus-mt-en-de`, `opus-mt-tc-big-en-fr`. Null for each that is no single language's code.
 */
export function languagesOf(title: string): Languages {
  const name = title.split('/').at(-1) ?? '';
  if (!/^(opus-mt|marian|opus)-/i.test(name)) return { from: null, to: null };
  const [from, to] = name.split('-').slice(-2);
  return { from: nameOf(from), to: nameOf(to) };
}
