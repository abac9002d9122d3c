import { enginePage } from '../../scripts/engine-page.ts';

/** The page that holds Heed's engine alone. */
export default enginePage(
  new URL('./page', import.meta.url),
  new URL('../../node_modules/.cache/heed/bench-memory', import.meta.url),
);
