import { enginePage } from '../../scripts/engine-page.ts';

/** The page whose worker holds Heed's engine, and the peer beside it. */
export default enginePage(
  new URL('./page', import.meta.url),
  new URL('../../node_modules/.cache/heed/bench-peer', import.meta.url),
);
