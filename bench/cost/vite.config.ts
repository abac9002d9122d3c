import { enginePage } from '../../scripts/engine-page.ts';

/** The page whose worker holds Heed's engine or the peer, one of the two. */
export default enginePage(
  new URL('./page', import.meta.url),
  new URL('../../node_modules/.cache/heed/bench-cost', import.meta.url),
);
