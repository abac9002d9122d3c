import * as tf from '@tensorflow/tfjs-core';
import type { BackendName } from '../../engine/protocol.ts';

/**
 * Makes a started backend the one that tfjs uses. Importing a backend's package registers a factory
 * of the package's own, which starts the backend on its own terms and turns a failure into a
 * warning; it is replaced.
 */
export async function installBackend(name: BackendName, backend: tf.KernelBackend): Promise<void> {
  removeBackend(name);
  tf.registerBackend(name, () => backend);
  if (!(await tf.setBackend(name))) throw new Error(`tfjs refused the backend ${name}.`);
}

export function removeBackend(name: BackendName): void {
  if (tf.findBackendFactory(name) !== null) tf.removeBackend(name);
}
