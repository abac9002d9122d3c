/** What an evaluation came to, or one sentence about what a person can mend. */
export type Answer<T> = { readonly value: T } | { readonly failure: string };

/** A failure of the person's files, not of the program. */
export class InputError extends Error {}
