import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { isolationHeaders } from './scripts/serve.mjs';
import {
  contentSecurityPolicyMeta,
  embeddedCheckpointDigests,
  wasmThreadPool,
  wasmThreadScript,
} from './scripts/vite-plugins.ts';

export default defineConfig({
  base: './',
  plugins: [react(), wasmThreadScript(), embeddedCheckpointDigests(), contentSecurityPolicyMeta()],
  worker: { format: 'es', plugins: () => [embeddedCheckpointDigests(), wasmThreadPool()] },
  build: { target: 'es2023', rolldownOptions: { checks: { pluginTimings: false } } },
  optimizeDeps: {
    // The worker imports these when a backend starts. Found only then, they would reload the page.
    include: [
      '@tensorflow/tfjs-core',
      '@tensorflow/tfjs-backend-cpu',
      '@tensorflow/tfjs-backend-wasm',
      '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm.js',
      '@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.js',
      '@tensorflow/tfjs-backend-webgpu',
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
