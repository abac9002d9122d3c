import { useEffect } from 'react';
import { AttentionPanel } from './panels/AttentionPanel.tsx';
import { SourcePanel } from './panels/SourcePanel.tsx';
import { StatusLine } from './panels/StatusLine.tsx';
import { TargetPanel } from './panels/TargetPanel.tsx';
import type { TranslationSession } from './session.ts';
import styles from './TranslationWorkspace.module.css';
import { parametersOf, useLink } from './use-link.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { TranslationContext } from './use-translation.ts';

/** Everything about one text: what goes in, every alignment, what comes out. */
export function TranslationWorkspace({ session }: { readonly session: TranslationSession }) {
  useEffect(() => {
    void session.start(parametersOf(location.hash) ?? '');
  }, [session]);
  useLink(session);
  useShortcuts(session);
  return (
    <TranslationContext value={session}>
      <h1 className="visually-hidden">Translation</h1>
      <StatusLine />
      <div className={styles.workspace}>
        <SourcePanel />
        <TargetPanel />
        <AttentionPanel />
      </div>
    </TranslationContext>
  );
}
