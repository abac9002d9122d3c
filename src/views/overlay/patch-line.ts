/** Patches on the straight line from one to another in a grid, both included. */
export function patchesBetween(from: number, to: number, columns: number): number[] {
  const [fromRow, fromColumn] = [Math.floor(from / columns), from % columns];
  const rows = Math.floor(to / columns) - fromRow;
  const across = (to % columns) - fromColumn;
  const steps = Math.max(Math.abs(rows), Math.abs(across));
  if (steps === 0) return [from];
  return Array.from({ length: steps + 1 }, (_, step) => {
    const row = fromRow + Math.round((rows * step) / steps);
    const column = fromColumn + Math.round((across * step) / steps);
    return row * columns + column;
  });
}
