/** No pattern of a tokenizer is longer. */
const LONGEST_PATTERN = 5000;

/** A repetition without an upper end. */
const UNBOUNDED = /[+*]|\{\d*,\}/;
/** A group with no group inside, and how it is repeated. */
const INNERMOST = /\(([^()]*)\)([+*]|\{\d*,\}|\{\d+(?:,\d+)?\}|)/;

/**
 * Whether a regular expression from a file may be run: one that repeats what is itself repeated
 * without end, or offers alternatives without end, can take longer than anyone waits.
 */
export function isSafePattern(pattern: string): boolean {
  if (pattern.length > LONGEST_PATTERN) return false;
  // Escapes and classes match one character each, whatever stands in them.
  let rest = pattern.replaceAll(/\\(?:[pP]\{[^}]*\}|.)/gsu, 'x').replaceAll(/\[[^\]]*\]/g, 'x');
  for (;;) {
    const found = INNERMOST.exec(rest);
    if (found === null) return true;
    const [group, inner = '', repetition = ''] = found;
    // What a look-ahead or a flag begins with is no repetition.
    const body = inner.replace(/^\?(?:<?[=!]|[a-z-]*:|<\w+>)/i, '');
    const isRepeated = UNBOUNDED.test(body);
    if (UNBOUNDED.test(repetition) && (isRepeated || body.includes('|'))) return false;
    const place = found.index;
    const repeated = isRepeated || UNBOUNDED.test(repetition) ? 'x+' : 'x';
    const shown = body.includes('|') ? `${repeated}|x` : repeated;
    rest = rest.slice(0, place) + shown + rest.slice(place + group.length);
  }
}
