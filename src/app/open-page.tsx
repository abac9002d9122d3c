import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.tsx';
import { createSessions } from './sessions.ts';
import type { StartedEngine } from './start-engine.ts';
import './theme.css';

/** Shows the page. */
export function openPage(started: StartedEngine, root: HTMLElement): void {
  // First, so that the engine works while the page is drawn.
  const sessions = createSessions(started);
  createRoot(root).render(
    <StrictMode>
      <App sessions={sessions} />
    </StrictMode>,
  );
}
