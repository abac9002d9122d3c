/** An error's name, message and causes in one line, for a bug report. */
export function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const head = `${cause.name}: ${cause.message}`;
  return cause.cause === undefined ? head : `${head} (${describeCause(cause.cause)})`;
}
