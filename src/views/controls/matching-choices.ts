/**
 * Indices of the names that hold what was typed, whatever its case and accents; those that begin
 * with it come first. All of them when nothing was typed.
 */
export function matchingChoices(choices: readonly string[], typed: string): number[] {
  const wanted = plain(typed.trim());
  const starting: number[] = [];
  const holding: number[] = [];
  for (const [index, choice] of choices.entries()) {
    const at = plain(choice).indexOf(wanted);
    if (at === 0) starting.push(index);
    else if (at > 0) holding.push(index);
  }
  return [...starting, ...holding];
}

function plain(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{Mark}/gu, '')
    .toLowerCase();
}
