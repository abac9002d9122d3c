import { describe, expect, it } from 'vitest';
import { HeedFailure } from './failure.ts';
import { failureOf, isCancelled } from './failure-of.ts';

describe('failureOf', () => {
  it('keeps a failure as it is', () => {
    const failure = { code: 'unknown-run', message: 'gone' } as const;
    expect(failureOf(new HeedFailure(failure))).toBe(failure);
  });

  it('knows the words for too little memory', () => {
    const errors = [
      new RangeError('Array buffer allocation failed'),
      new RangeError('Invalid array length'),
      new RangeError('WebAssembly.Memory(): could not allocate memory; out of memory'),
      new Error('Aborted(OOM). Build with -sASSERTIONS for more info.'),
      new DOMException('Device out of memory', 'OperationError'),
    ];
    for (const error of errors) expect(failureOf(error).code).toBe('out-of-memory');
  });

  it('tells the whole cause of what was not foreseen', () => {
    const error = new TypeError('no shape', { cause: new Error('layer 3') });
    expect(failureOf(error)).toMatchObject({
      code: 'internal',
      detail: 'TypeError: no shape (Error: layer 3)',
    });
    expect(failureOf('a string').detail).toBe('a string');
  });
});

it('an aborted signal is a cancellation, a failure is not', () => {
  expect(isCancelled(AbortSignal.abort().reason)).toBe(true);
  expect(isCancelled(new HeedFailure({ code: 'network', message: '' }))).toBe(false);
});
