import { env } from '@tensorflow/tfjs-core';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';

/** tfjs submits every 15 dispatches; a forward pass of twelve layers has about a hundred. */
const DISPATCHES = 512;

/**
 * What is made between two submits. A tensor that was given up keeps its buffer until the next one, so
 * that a long pass over many tokens would hold all that it ever made.
 */
const BYTES = 64 * 2 ** 20;

type Submitting = Pick<
  WebGPUBackend,
  'ensureCommandEncoderReady' | 'endComputePassEncoder' | 'runWebGPUProgram' | 'submitQueue'
>;

/**
 * Has a backend submit a pass of a small model at once, and that of a large one in as few pieces as
 * its memory allows.
 */
export function submitSeldom(backend: Submitting): void {
  env().set('WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE', DISPATCHES);
  let made = 0;
  const submitQueue = backend.submitQueue.bind(backend);
  backend.submitQueue = () => {
    made = 0;
    submitQueue();
  };
  const runWebGPUProgram = backend.runWebGPUProgram.bind(backend);
  backend.runWebGPUProgram = (...call) => {
    const output = runWebGPUProgram(...call);
    made += 4 * output.shape.reduce((product, size) => product * size, 1);
    if (made > BYTES) {
      backend.ensureCommandEncoderReady();
      backend.endComputePassEncoder();
      backend.submitQueue();
    }
    return output;
  };
}
