import type { EngineFailure, FailureCode } from '../engine/protocol.ts';

/** An error that says what went wrong as data: the only kind that should leave the worker. */
export class HeedFailure extends Error {
  readonly failure: EngineFailure;

  constructor(failure: EngineFailure, options?: ErrorOptions) {
    super(failure.message, options);
    this.name = 'HeedFailure';
    this.failure = failure;
  }
}

/**
 * @param message one sentence for the person
 * @param detail for a bug report: expected and actual values, names of tensors and keys
 * @param field of a checkpoint's settings that is to blame: `config.json: hidden_act`
 */
export function fail(code: FailureCode, message: string, detail?: string, field?: string): never {
  throw new HeedFailure({
    code,
    message,
    ...(detail !== undefined && { detail }),
    ...(field !== undefined && { field }),
  });
}
