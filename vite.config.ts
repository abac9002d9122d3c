import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { isolationHeaders } from './scripts/serve.mjs';
import {
  contentSecurityPolicyMeta,
  embeddedCheckpointDigests,
  preloadOfFirstImports,
  pageChunks,
  wasmThreadPool,
  wasmWithoutOwnStart,
  workerChunks,
  wasmThreadScript,
} from './scripts/vite-plugins.ts';

export default defineConfig({
  base: './',
  plugins: [
    react(),
    wasmThreadScript(),
    embeddedCheckpointDigests(),
    contentSecurityPolicyMeta(),
    preloadOfFirstImports(),
  ],
  worker: {
    format: 'es',
    plugins: () => [embeddedCheckpointDigests(), wasmThreadPool(), wasmWithoutOwnStart()],
    rolldownOptions: { output: { codeSplitting: workerChunks } },
  },
  build: {
    target: 'es2023',
    rolldownOptions: {
      checks: { pluginTimings: false },
      output: { codeSplitting: pageChunks },
    },
  },
  optimizeDeps: {
    // The worker imports these when a backend starts. Found only then, they would reload the page.
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu/dist/backend_cpu.js',
      '@tensorflow/tfjs-backend-cpu/dist/kernels/*.js',
      '@tensorflow/tfjs-backend-wasm/dist/{backend_wasm,flags_wasm}.js',
      '@tensorflow/tfjs-backend-wasm/dist/kernels/*.js',
      '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js',
      '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js',
      '@tensorflow/tfjs-backend-webgpu/dist/{backend_webgpu,flags_webgpu}.js',
      '@tensorflow/tfjs-backend-webgpu/dist/kernels/*.js',
    ],
  },
  // As the production server: without these headers the wasm backend has no threads.
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
  test: {
    include: [
      'src/**/*.test.ts',
      'src/**/*.test.tsx',
      'scripts/**/*.test.ts',
      '{evals,bench}/**/*.test.ts',
    ],
    environment: 'node',
  },
});
