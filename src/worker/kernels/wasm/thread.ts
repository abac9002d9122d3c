/** A thread of the kernels: a worker that helps with jobs until it is ended. */
import { SharedJob } from './kernel-jobs.ts';
import { instantiateKernels } from './kernel-module.ts';
import type { ThreadStart } from './thread-pool.ts';

self.addEventListener('message', ({ data }: MessageEvent<ThreadStart>) => {
  const { module, memory, job, thread } = data;
  const functions = instantiateKernels(module, memory);
  self.postMessage('ready', { transfer: [] });
  new SharedJob(memory, job).serve(functions, thread);
});
