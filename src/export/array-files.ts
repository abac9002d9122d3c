import { writeNpy } from '../math/npy.ts';
import { toJson, type JsonValue } from './json.ts';

/** A float32 array as a NumPy file. */
export function npyBlob(values: Float32Array, shape: readonly number[]): Blob {
  return new Blob([writeNpy(values, shape)], { type: 'application/octet-stream' });
}

/** Map and weights, with all that says what they are, as JSON. */
export function jsonBlob(value: JsonValue): Blob {
  return new Blob([toJson(value)], { type: 'application/json' });
}
