/** Which WebGPU backends of tfjs have our kernels, and how these are to share their work. */

/**
 * How a kernel's invocations work. `alone`: each by itself, from the buffers into its registers.
 * `together`: a workgroup stages what it shares in workgroup memory and meets at barriers. The latter
 * is what graphics processors are built for; an adapter that computes on the processor pays some
 * microseconds for each barrier (SwiftShader: 3 for 64 invocations), and its caches make up for the
 * staging.
 */
export type Teamwork = 'alone' | 'together';

const teamworkByBackend = new WeakMap<object, Teamwork>();

/** Has our kernels used on a backend from here on. */
export function equip(backend: object, teamwork: Teamwork): void {
  teamworkByBackend.set(backend, teamwork);
}

/** Null where tfjs's own kernels must do. */
export function teamworkOf(backend: object): Teamwork | null {
  return teamworkByBackend.get(backend) ?? null;
}

/** Runs `compute` with tfjs's own kernels alone: what ours are compared with. */
export function withoutKernels<T>(backend: object, compute: () => T): T {
  const teamwork = teamworkOf(backend);
  teamworkByBackend.delete(backend);
  try {
    return compute();
  } finally {
    if (teamwork !== null) teamworkByBackend.set(backend, teamwork);
  }
}
