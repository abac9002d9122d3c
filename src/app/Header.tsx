import { type KeyboardEvent, type ReactNode, useState } from 'react';
import { Icon } from '../views/controls/Icon.tsx';
import { formatAddress, type WorkspaceName, workspaceNames } from './address.ts';
import styles from './Header.module.css';
import { currentTheme, toggleTheme } from './theme.ts';

interface Props {
  readonly workspace: WorkspaceName;
  readonly onHelp: () => void;
  readonly onOpenModel: () => void;
  /** What the workspace says about its model and backend. */
  readonly children: ReactNode;
}

/** Id of the button that opens a model. */
export const openModelButton = 'open-model';

const names: Record<WorkspaceName, string> = { vision: 'Vision', translation: 'Translation' };

function open(workspace: WorkspaceName): void {
  location.hash = formatAddress({ workspace, parameters: '' });
}

function Logo() {
  return (
    <svg width="18" height="18" viewBox="0 0 18 18" aria-hidden="true" className={styles.logo}>
      {Array.from({ length: 9 }, (_, cell) => (
        <rect
          key={cell}
          x={(cell % 3) * 6.5}
          y={Math.floor(cell / 3) * 6.5}
          width="5"
          height="5"
          rx="1"
          className={cell === 4 ? styles.lit : styles.unlit}
        />
      ))}
    </svg>
  );
}

function ThemeButton() {
  const [theme, setTheme] = useState(currentTheme);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className={styles.icon}
      aria-label={`Switch to ${other} colours`}
      title={`Switch to ${other} colours`}
      onClick={() => setTheme(toggleTheme())}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <circle cx="8" cy="8" r="5" fill="none" stroke="currentColor" strokeWidth="1.4" />
        <path d="M8 3a5 5 0 0 1 0 10z" fill="currentColor" />
      </svg>
    </button>
  );
}

/** The bar across the top: tabs, the workspace's chips, theme and help. */
export function Header({ workspace, onHelp, onOpenModel, children }: Props) {
  // One tab stop for all tabs; the arrow keys move among them (ARIA tabs pattern).
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
    if (step === 0) return;
    event.preventDefault();
    const count = workspaceNames.length;
    const next = workspaceNames[(workspaceNames.indexOf(workspace) + step + count) % count];
    if (!next) return;
    open(next);
    document.getElementById(`tab-${next}`)?.focus();
  };
  return (
    <header className={styles.header}>
      <a className={styles.name} href="#/vision">
        <Logo />
        <span>Heed</span>
      </a>
      <div
        role="tablist"
        aria-label="Workspaces"
        className={styles.tabs}
        // The tabs themselves take the focus.
        tabIndex={-1}
        onKeyDown={onKeyDown}
      >
        {workspaceNames.map((name) => (
          <button
            key={name}
            id={`tab-${name}`}
            type="button"
            role="tab"
            className={styles.tab}
            aria-selected={name === workspace}
            aria-controls={name === workspace ? `panel-${name}` : undefined}
            tabIndex={name === workspace ? 0 : -1}
            onClick={() => open(name)}
          >
            {names[name]}
          </button>
        ))}
      </div>
      <div className={styles.space} />
      {children}
      <button
        id={openModelButton}
        type="button"
        className={styles.open}
        aria-label="Open model"
        title="Open model (o)"
        onClick={onOpenModel}
      >
        <Icon name="upload" />
        <span>Open model</span>
      </button>
      <ThemeButton />
      <button
        type="button"
        className={styles.icon}
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={onHelp}
      >
        ?
      </button>
    </header>
  );
}
