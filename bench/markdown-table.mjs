// Tables that read well in a terminal and in Markdown.

/** @param {string} cell */
const escaped = (cell) => cell.replaceAll('|', '\\|');

/**
 * @param {readonly (readonly string[])[]} rows the head first, all of one length
 * @param {number} leftCount so many columns stand to the left, the others to the right
 */
export function markdownTable(rows, leftCount = 1) {
  const cells = rows.map((row) => row.map(escaped));
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(3, ...cells.map((row) => row[column]?.length ?? 0)),
  );
  const line = (/** @type {readonly string[]} */ row) =>
    `| ${row.map((cell, column) => pad(cell, widths[column] ?? 0, column < leftCount)).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    column < leftCount ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  const [head = [], ...body] = cells;
  return [line(head), line(rule), ...body.map(line)].join('\n');
}

/**
 * @param {string} cell
 * @param {number} width
 * @param {boolean} isLeft
 */
function pad(cell, width, isLeft) {
  return isLeft ? cell.padEnd(width) : cell.padStart(width);
}
