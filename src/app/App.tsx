import { Suspense, lazy, useCallback, useEffect, useState } from 'react';
import { TranslationHeader } from '../workspaces/translation/TranslationHeader.tsx';
import { translationShortcuts } from '../workspaces/translation/shortcuts.ts';
import { VisionHeader } from '../workspaces/vision/VisionHeader.tsx';
import { VisionWorkspace } from '../workspaces/vision/VisionWorkspace.tsx';
import { visionShortcuts } from '../workspaces/vision/shortcuts.ts';
import { parseAddress, useHash, type WorkspaceName } from './address.ts';
import { ErrorBoundary } from './ErrorBoundary.tsx';
import { Header } from './Header.tsx';
import { HelpDialog, type Shortcut } from './HelpDialog.tsx';
import type { Sessions } from './start-engine.ts';

// The page opens with Vision; this one's panels come when they are asked for.
const TranslationWorkspace = lazy(async () => {
  const workspace = await import('../workspaces/translation/TranslationWorkspace.tsx');
  return { default: workspace.TranslationWorkspace };
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
  const closeHelp = useCallback(() => setHelpOpen(false), []);

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== '?' || isTyping(event.target)) return;
      setHelpOpen((open) => !open);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);

  useEffect(() => {
    document.title = `${titles[workspace]} – Heed`;
  }, [workspace]);

  return (
    <>
      <Header workspace={workspace} onHelp={() => setHelpOpen(true)}>
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
      <HelpDialog open={helpOpen} onClose={closeHelp} shortcuts={shortcuts[workspace]} />
    </>
  );
}

const titles: Record<WorkspaceName, string> = { vision: 'Vision', translation: 'Translation' };

const shortcuts: Record<WorkspaceName, readonly Shortcut[]> = {
  vision: visionShortcuts,
  translation: translationShortcuts,
};
