import { enginePage } from '../../../scripts/engine-page.ts';

/** The page whose worker holds Heed's translator, and the peer beside it. */
export default enginePage(
  new URL('./page', import.meta.url),
  new URL('../../../node_modules/.cache/heed/bench-decoding', import.meta.url),
);
