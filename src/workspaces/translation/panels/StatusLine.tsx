import { progressInWords, progressShare } from '../../../engine/progress-in-words.ts';
import { StatusLine as StatusLineView } from '../../../views/status-line/StatusLine.tsx';
import type { Activity } from '../state.ts';
import { useSession, useTranslation } from '../use-translation.ts';

function activityInWords(activity: Activity): string {
  switch (activity.kind) {
    case 'loading':
      return progressInWords(activity.progress);
    case 'translating':
      return 'Translating…';
    case 'scoring':
      return 'Scoring your target…';
    case 'changing':
      return 'Translating with your changes…';
    case 'looking':
      return activity.progress?.total
        ? `Looking through the lens: ${activity.progress.done} of ${activity.progress.total}…`
        : 'Looking through the lens…';
    case 'ready':
      return 'Ready';
    case 'failed':
      return 'Nothing to show';
  }
}

/** What the workspace is doing, and what went wrong, in words. */
export function StatusLine() {
  const session = useSession();
  const activity = useTranslation((state) => state.activity);
  const alert = useTranslation((state) => state.alert);
  const notice = useTranslation((state) => state.notice);
  const incoming = useTranslation((state) => state.incoming);
  return (
    <StatusLineView
      words={activityInWords(activity)}
      isReady={activity.kind === 'ready'}
      isBusy={activity.kind !== 'ready' && activity.kind !== 'failed'}
      incoming={incoming}
      notice={notice}
      share={activity.kind === 'loading' ? progressShare(activity.progress) : null}
      alert={alert}
      onDismiss={() => session.dismissAlert()}
    />
  );
}
