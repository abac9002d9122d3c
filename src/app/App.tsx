import { Suspense, lazy, useCallback, useEffect, useState } from 'react';
import { useStore } from 'zustand';
import { TranslationHeader } from '../workspaces/translation/TranslationHeader.tsx';
import { translationShortcuts } from '../workspaces/translation/shortcuts.ts';
import { VisionHeader } from '../workspaces/vision/VisionHeader.tsx';
import { VisionWorkspace } from '../workspaces/vision/VisionWorkspace.tsx';
import { visionShortcuts } from '../workspaces/vision/shortcuts.ts';
import { parseAddress, useHash, type WorkspaceName } from './address.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Header, openModelButton } from './Header.tsx';
import { HelpDialog, type Shortcut } from './HelpDialog.tsx';
import { useModelDrop } from './open-model/use-model-drop.ts';
import type { Sessions } from './sessions.ts';

// The page opens with Vision; this one's panels come when they are asked for.
const TranslationWorkspace = lazy(async () => {
  const workspace = await import('../workspaces/translation/TranslationWorkspace.tsx');
  return { default: workspace.TranslationWorkspace };
});

const OpenModelDialog = lazy(async () => {
  const dialog = await import('./open-model/OpenModelDialog.tsx');
  return { default: dialog.OpenModelDialog };
});

interface Props {
  readonly sessions: Sessions;
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input, textarea, select, [contenteditable]')
  );
}

/** The shell: header, tabs, help, and the workspace that the address names. */
export function App({ sessions }: Props) {
  const { workspace } = parseAddress(useHash());
  const [helpOpen, setHelpOpen] = useState(false);
  const isOpeningModel = useStore(sessions.opening.store, (state) => state.isOpen);
  useModelDrop(sessions.opening);
  const closeHelp = useCallback(() => setHelpOpen(false), []);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (isTyping(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === '?') setHelpOpen((open) => !open);
      else if (event.key === 'o') {
        // Or the letter would be typed into the dialog's field.
        event.preventDefault();
        sessions.opening.open();
      }
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [sessions]);

  useEffect(() => {
    document.title = `${titles[workspace]} – Heed`;
  }, [workspace]);

  return (
    <>
      <Header
        workspace={workspace}
        onHelp={() => setHelpOpen(true)}
        onOpenModel={() => sessions.opening.open()}
      >
        {workspace === 'vision' && (
          <VisionHeader session={sessions.vision} engine={sessions.engine} />
        )}
        {workspace === 'translation' && (
          <TranslationHeader session={sessions.translation} engine={sessions.engine} />
        )}
      </Header>
      <main>
        <div id={`panel-${workspace}`} role="tabpanel" aria-labelledby={`tab-${workspace}`}>
          <ErrorBoundary key={workspace}>
            {workspace === 'vision' && <VisionWorkspace session={sessions.vision} />}
            {workspace === 'translation' && (
              <Suspense fallback={<p>Opening …</p>}>
                <TranslationWorkspace session={sessions.translation} />
              </Suspense>
            )}
          </ErrorBoundary>
        </div>
      </main>
      {isOpeningModel && (
        <Suspense>
          <OpenModelDialog opening={sessions.opening} returnFocusTo={openModelButton} />
        </Suspense>
      )}
      <HelpDialog open={helpOpen} onClose={closeHelp} shortcuts={shortcuts[workspace]} />
    </>
  );
}

const titles: Record<WorkspaceName, string> = { vision: 'Vision', translation: 'Translation' };

const shortcuts: Record<WorkspaceName, readonly Shortcut[]> = {
  vision: visionShortcuts,
  translation: translationShortcuts,
};
