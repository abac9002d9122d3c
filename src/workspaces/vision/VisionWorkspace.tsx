import { useEffect } from 'react';
import { AfterFirstMap } from './panels/AfterFirstMap.tsx';
import { ChangesPanel } from './panels/ChangesPanel.tsx';
import { DetailPanel } from './panels/DetailPanel.tsx';
import { FaithfulnessPanel } from './panels/FaithfulnessPanel.tsx';
import { HeadsPanel } from './panels/HeadsPanel.tsx';
import { PicturePanel } from './panels/PicturePanel.tsx';
import { PredictionsPanel } from './panels/PredictionsPanel.tsx';
import { StagePanel } from './panels/StagePanel.tsx';
import { StatusLine } from './panels/StatusLine.tsx';
import { WhatChangedPanel } from './panels/WhatChangedPanel.tsx';
import type { VisionSession } from './session.ts';
import { useDropAndPaste } from './use-drop-and-paste.ts';
import { parametersOf, useLink } from './use-link.ts';
import { useShortcuts } from './use-shortcuts.ts';
import { VisionContext } from './use-vision.ts';
import styles from './VisionWorkspace.module.css';

/** Everything about one picture: what goes in, every head's attention, what comes out. */
export function VisionWorkspace({ session }: { readonly session: VisionSession }) {
  useEffect(() => {
    void session.start(parametersOf(location.hash) ?? '');
  }, [session]);
  useLink(session);
  useShortcuts(session);
  const isDropping = useDropAndPaste(session);
  return (
    <VisionContext value={session}>
      <h1 className="visually-hidden">Vision</h1>
      <StatusLine />
      <div className={styles.workspace} data-dropping={isDropping}>
        <div className={styles.input}>
          <PicturePanel />
          <PredictionsPanel />
        </div>
        <div className={styles.stage}>
          <StagePanel />
          <AfterFirstMap turn={4}>
            <FaithfulnessPanel />
          </AfterFirstMap>
        </div>
        <div className={styles.inside}>
          <AfterFirstMap turn={1}>
            <HeadsPanel />
          </AfterFirstMap>
          <AfterFirstMap turn={4}>
            <div className={styles.whatIf}>
              <WhatChangedPanel />
              <ChangesPanel />
            </div>
          </AfterFirstMap>
          <AfterFirstMap turn={3}>
            <DetailPanel />
          </AfterFirstMap>
        </div>
      </div>
      {isDropping && <div className={styles.dropping}>Drop a picture, or a model’s folder</div>}
    </VisionContext>
  );
}
