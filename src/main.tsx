import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.tsx';
import { applyStoredTheme } from './app/theme.ts';
import { startEngine } from './app/start-engine.ts';
import './app/theme.css';

applyStoredTheme();
const root = document.getElementById('root');
if (!root) throw new Error('index.html has no element #root');
createRoot(root).render(
  <StrictMode>
    <App sessions={startEngine()} />
  </StrictMode>,
);
