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
 */
export function fail(code: FailureCode, message: string, detail?: string): never {
  throw new HeedFailure(detail === undefined ? { code, message } : { code, message, detail });
}
