// Rows as Markdown tables, ready for `docs/performance.md`.
import { formatFigures } from './format-figure.mjs';
import { markdownTable } from './markdown-table.mjs';
import { ORT, isMet, ratioOf } from './row.mjs';
import { summarise } from './statistics.mjs';

/**
 * @typedef {import('./row.mjs').Row} Row
 * @typedef {{ readonly title: string, readonly rows: readonly Row[] }} RowGroup
 */

/**
 * @param {readonly number[]} samples
 * @param {Row['unit']} unit
 */
const inWords = (samples, unit) => formatFigures(summarise(samples), unit);

/** @param {Row} row */
function ratioCell(row) {
  const ratio = ratioOf(row);
  const note = row.note ?? '';
  if (ratio === null) return note;
  const { middle, min, max } = ratio;
  const digits = middle < 0.1 ? 3 : 2;
  const spread = min === max ? '' : ` (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
  return `${middle.toFixed(digits)}${spread}${note === '' ? '' : `, ${note}`}`;
}

/** @param {Row} row */
export function verdictOf(row) {
  const { goal } = row;
  const ratio = ratioOf(row);
  if (goal === null || ratio === null) return '';
  const met = isMet(goal, ratio.middle) ? 'met' : 'missed';
  if ('atLeast' in goal) return `≥ ${goal.atLeast}, ${met}`;
  const stretch = goal.stretch;
  const isStretched = stretch !== undefined && ratio.middle <= stretch;
  return `≤ ${goal.atMost}, ${met}${isStretched ? `, and the stretch goal ${stretch}` : ''}`;
}

/** @param {Row} row */
function isBesideOrt({ against }) {
  return against === null || against.name === ORT;
}

/**
 * Where every row stands beside ONNX Runtime Web the column has its name; elsewhere each cell says
 * what it is.
 * @param {RowGroup} group
 */
export function rowTable({ title, rows }) {
  const isOrtTable = rows.every(isBesideOrt) && rows.some(({ against }) => against !== null);
  const head = isOrtTable
    ? ['what', 'backend', 'Heed', ORT, 'ratio Heed / ORT', 'goal']
    : ['what', 'backend', 'Heed', 'beside', 'ratio Heed / beside', 'goal'];
  const body = rows.map((row) => {
    const other = row.against === null ? '' : inWords(row.against.samples, row.unit);
    const named = row.against === null || isOrtTable ? other : `${row.against.name}: ${other}`;
    return [
      row.what,
      row.backend,
      inWords(row.heed, row.unit),
      named,
      ratioCell(row),
      verdictOf(row),
    ];
  });
  return `### ${title}\n\n${markdownTable([head, ...body], 2)}`;
}
