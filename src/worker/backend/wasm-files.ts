/** The files of tfjs's wasm backend, and of our kernels for it, as assets of the build. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url&no-inline';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url&no-inline';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url&no-inline';
import threadGlue from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js?url&no-inline';
import threadScript from 'heed:wasm-thread.js?url&no-inline';
import relaxedShared from '../kernels/wasm/built/kernels-relaxed-shared.wasm?url&no-inline';
import relaxed from '../kernels/wasm/built/kernels-relaxed.wasm?url&no-inline';
import simdShared from '../kernels/wasm/built/kernels-simd-shared.wasm?url&no-inline';
import simdKernels from '../kernels/wasm/built/kernels-simd.wasm?url&no-inline';
import type { WasmFiles } from './backend.ts';

export const wasmFiles: WasmFiles = {
  plain,
  simd,
  threadedSimd,
  threadGlue,
  threadScript,
  kernels: { simd: simdKernels, relaxed, simdShared, relaxedShared },
};
