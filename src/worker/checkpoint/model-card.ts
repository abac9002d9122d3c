/**
 * The licence that a model card names in the block of YAML at its beginning. The card is hostile
 * input: no YAML is parsed, one line of the plainest form is looked for.
 */
const LONGEST_BLOCK = 64 * 1024;
const NAME = /^[\w.+-](?:[\w.+ -]{0,62}[\w.+-])?$/;

/**
 * @param card text of README.md
 * @returns as the Hub spells it, `apache-2.0`; the name of one of its own where it is “other”; null
 *   where the card names none
 */
export function findLicence(card: string): string | null {
  const [first, ...lines] = card.slice(0, LONGEST_BLOCK).split(/\r?\n/);
  const end = lines.findIndex((line) => /^---\s*$/.test(line));
  if (first?.trim() !== '---' || end < 0) return null;
  const block = lines.slice(0, end);
  const licence = readField(block, 'license');
  return licence === 'other' ? (readField(block, 'license_name') ?? licence) : licence;
}

/** A field at the block's left edge with one plain name, alone or as the only item of a list. */
function readField(block: readonly string[], key: string): string | null {
  const at = block.findIndex((line) => line.startsWith(`${key}:`));
  const line = block[at];
  if (line === undefined) return null;
  const rest = line.slice(key.length + 1).trim();
  const item = rest === '' ? (/^\s*-\s+(.*)$/.exec(block[at + 1] ?? '')?.[1] ?? '') : rest;
  const name = item.trim().replace(/^(["'])(.*)\1$/, '$2');
  return NAME.test(name) ? name : null;
}
