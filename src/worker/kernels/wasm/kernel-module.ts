/** The module of our own kernels: which of its files a browser can run, and its functions. */

/** Where the four builds of the kernels lie; see `scripts/build-kernels.mjs`. */
export interface KernelFiles {
  readonly simd: string;
  readonly relaxed: string;
  readonly simdShared: string;
  readonly relaxedShared: string;
}

export const KERNEL_NAMES = [
  'attend',
  'attend_one',
  'decoder_fours',
  'decoder_logits',
  'decoder_pack',
  'decoder_pack_halves',
  'decoder_pack_vocabulary',
  'decoder_step',
  'encode',
  'gelu',
  'layer_norm',
  'multiply_dots',
  'multiply_panels',
  'multiply_rows',
  'multiply_vector',
  'pack',
  'softmax',
  'transpose',
  'vit_layer',
] as const;

/** A function without arguments: what threads that share `multiply_rows` take a multiple of. */
const TILE_ROWS = 'tile_rows';

/** A function of `source/`. */
export type KernelName = (typeof KERNEL_NAMES)[number];

/** `scratch`, `start`, `end`, then what the source says. Addresses are in bytes. */
export type KernelFunctions = Readonly<
  Record<KernelName, (...args: readonly number[]) => unknown> &
    Record<typeof TILE_ROWS, () => number>
>;

/** A module that adds two vectors of four: valid where SIMD is. */
const simdProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26,
  11,
];

/** One that multiplies and adds as the processor likes: valid where relaxed SIMD is. */
const relaxedProbe = [
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 19, 1, 17, 0, 65, 1, 253, 15,
  65, 2, 253, 15, 65, 3, 253, 15, 253, 133, 2, 11,
];

export interface SimdFeatures {
  readonly simd: boolean;
  readonly relaxed: boolean;
}

export function simdFeatures(): SimdFeatures {
  return {
    simd: WebAssembly.validate(new Uint8Array(simdProbe)),
    relaxed: WebAssembly.validate(new Uint8Array(relaxedProbe)),
  };
}

/** The build for a browser; null where there is no SIMD, and tfjs's own kernels stay. */
export function chooseKernelFile(
  { simd, relaxed }: SimdFeatures,
  isShared: boolean,
): keyof KernelFiles | null {
  if (!simd) return null;
  if (relaxed) return isShared ? 'relaxedShared' : 'relaxed';
  return isShared ? 'simdShared' : 'simd';
}

/** @throws TypeError if the module is not what `source/` builds */
export function instantiateKernels(
  module: WebAssembly.Module,
  memory: WebAssembly.Memory,
): KernelFunctions {
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  if (!hasKernels(exports)) throw new TypeError('The kernels’ module lacks a function.');
  return exports;
}

function hasKernels(exports: object): exports is KernelFunctions {
  return [...KERNEL_NAMES, TILE_ROWS].every(
    (name) => typeof Reflect.get(exports, name) === 'function',
  );
}
