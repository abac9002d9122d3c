import { enginePage } from '../../scripts/engine-page.ts';

/** The page that holds the wasm backend alone. */
export default enginePage(
  new URL('./page', import.meta.url),
  new URL('../../node_modules/.cache/heed/bench-kernels', import.meta.url),
);
