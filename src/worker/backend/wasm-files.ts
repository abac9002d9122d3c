/** The files of tfjs's wasm backend as assets of the build. */
import plain from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url&no-inline';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url&no-inline';
import threadedSimd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url&no-inline';
import threadGlue from '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js?url&no-inline';
import threadScript from 'heed:wasm-thread.js?url&no-inline';
import type { WasmFiles } from './backend.ts';

export const wasmFiles: WasmFiles = { plain, simd, threadedSimd, threadGlue, threadScript };
