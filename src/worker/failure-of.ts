import type { EngineFailure } from '../engine/protocol.ts';
import { describeCause } from './describe-cause.ts';
import { HeedFailure } from './failure.ts';

/** Whether work ended because it was no longer wanted. */
export function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/**
 * What engines, tfjs and Emscripten say when memory runs out: V8 and JavaScriptCore of array
 * buffers, Emscripten of its heap, tfjs of a device's buffers.
 */
const memoryWords =
  /out of memory|allocation failed|cannot (allocate|enlarge) memory|\boom\b|invalid array length/i;

export function isOutOfMemory(error: unknown): boolean {
  if (error instanceof HeedFailure) return error.failure.code === 'out-of-memory';
  return error instanceof Error && memoryWords.test(error.message);
}

/** Any error as data. What was not foreseen is `internal`, with its cause for a bug report. */
export function failureOf(error: unknown): EngineFailure {
  if (error instanceof HeedFailure) return error.failure;
  const detail = describeCause(error);
  return isOutOfMemory(error)
    ? { code: 'out-of-memory', message: 'This device has too little memory for that.', detail }
    : {
        code: 'internal',
        message: 'The engine failed at something it should be able to do.',
        detail,
      };
}
