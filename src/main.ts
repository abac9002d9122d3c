/** The page's first script: a few lines, so that the engine starts while the page itself loads. */
import { whenParsed, whenStyled } from './app/document-ready.ts';
import { startEngine } from './app/start-engine.ts';
import { applyStoredTheme } from './app/theme.ts';

async function openPage(): Promise<void> {
  const started = startEngine();
  const page = await import('./app/open-page.tsx');
  await whenParsed();
  await whenStyled();
  page.openPage(started, rootElement());
}

function rootElement(): HTMLElement {
  const root = document.getElementById('root');
  if (!root) throw new Error('index.html has no element #root');
  return root;
}

applyStoredTheme();
openPage().catch(async (error: unknown) => {
  console.error(error);
  await whenParsed();
  const words = document.createElement('p');
  words.setAttribute('role', 'alert');
  words.textContent = 'Heed could not be loaded. Reload the page to try again.';
  rootElement().replaceChildren(words);
});
