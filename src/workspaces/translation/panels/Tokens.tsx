/** The source as tokens. */
export function SourceTokens() {
  return null;
}

/** The target as tokens. */
export function TargetTokens() {
  return null;
}
