import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The page that holds Heed's views and the usual way of drawing the same, a node a cell. */
export default defineConfig({
  base: './',
  root: fileURLToPath(new URL('./page', import.meta.url)),
  publicDir: false,
  plugins: [react()],
  build: {
    target: 'es2023',
    outDir: fileURLToPath(new URL('../../node_modules/.cache/heed/bench-drawing', import.meta.url)),
    emptyOutDir: true,
    reportCompressedSize: false,
  },
});
