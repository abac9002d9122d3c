import { useEffect } from 'react';
import { useStore } from 'zustand';
import { AttentionPanel } from './panels/AttentionPanel.tsx';
import { BeamsPanel } from './panels/BeamsPanel.tsx';
import { ChangesPanel } from './panels/ChangesPanel.tsx';
import { HeadsPanel } from './panels/HeadsPanel.tsx';
import { SentencesPanel } from './panels/SentencesPanel.tsx';
import { SourcePanel } from './panels/SourcePanel.tsx';
import { StatisticsPanel } from './panels/StatisticsPanel.tsx';
import { StatusLine } from './panels/StatusLine.tsx';
import { StepPanel } from './panels/StepPanel.tsx';
import { TargetPanel } from './panels/TargetPanel.tsx';
import { WhatChangedPanel } from './panels/WhatChangedPanel.tsx';
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
  const isComparing = useStore(session.store, (state) => state.compare !== null);
  return (
    <TranslationContext value={session}>
      <h1 className="visually-hidden">Translation</h1>
      <StatusLine />
      <div className={styles.workspace}>
        <SourcePanel />
        <TargetPanel />
        <SentencesPanel className={styles.wide} />
        <AttentionPanel className={isComparing ? styles.wide : undefined} />
        <div
          className={
            isComparing ? `${styles.stack} ${styles.wide} ${styles.beneath}` : styles.stack
          }
        >
          <HeadsPanel />
          <ChangesPanel />
          <BeamsPanel />
        </div>
        <WhatChangedPanel className={styles.wide} />
        <StepPanel className={styles.wide} />
        <StatisticsPanel className={styles.wide} />
      </div>
    </TranslationContext>
  );
}
