import { enginePage } from '../scripts/engine-page.ts';

/** The page of the evaluations. */
export default enginePage(
  new URL('./page', import.meta.url),
  new URL('../dist-evals', import.meta.url),
);
