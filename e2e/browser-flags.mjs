// The flags under which every browser test, evaluation and benchmark of Heed runs.

/** Real WebGPU without a GPU: Chromium's software adapter. Heed never picks it by itself. */
const softwareWebGpuFlags = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
];

/** Chromium's sandbox does not start for root, as which containers run. */
const isRoot = typeof process.getuid === 'function' && process.getuid() === 0;

/** @type {string[]} */
export const browserFlags = [...(isRoot ? ['--no-sandbox'] : []), ...softwareWebGpuFlags];
