/** Which WebGPU backends of tfjs have our kernels. */

const equipped = new WeakSet<object>();

/** Has our kernels used on a backend from here on. */
export function useKernels(backend: object): void {
  equipped.add(backend);
}

export function usesKernels(backend: object): boolean {
  return equipped.has(backend);
}

/** Runs `compute` with tfjs's own kernels alone: what ours are compared with. */
export function withoutKernels<T>(backend: object, compute: () => T): T {
  const isEquipped = equipped.delete(backend);
  try {
    return compute();
  } finally {
    if (isEquipped) equipped.add(backend);
  }
}
