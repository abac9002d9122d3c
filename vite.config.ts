import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { isolationHeaders } from './scripts/serve.mjs';
import {
  contentSecurityPolicyMeta,
  embeddedCheckpointDigests,
  wasmThreadScript,
} from './scripts/vite-plugins.ts';

export default defineConfig({
  base: './',
  plugins: [react(), wasmThreadScript(), embeddedCheckpointDigests(), contentSecurityPolicyMeta()],
  worker: { format: 'es', plugins: () => [embeddedCheckpointDigests()] },
  build: { target: 'es2023' },
  // As the production server: without these headers the wasm backend has no threads.
  server: { headers: isolationHeaders },
  preview: { headers: isolationHeaders },
  test: {
    include: ['src/**/*.test.ts', 'src/**/*.test.tsx', 'scripts/**/*.test.ts'],
    environment: 'node',
  },
});
