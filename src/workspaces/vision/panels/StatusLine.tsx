import { progressInWords, progressShare } from '../../../engine/progress-in-words.ts';
import { StatusLine as StatusLineView } from '../../../views/status-line/StatusLine.tsx';
import type { Activity } from '../state.ts';
import { useSession, useVision } from '../use-vision.ts';

function activityInWords(activity: Activity): string {
  switch (activity.kind) {
    case 'loading':
      return progressInWords(activity.progress);
    case 'running':
    case 'drawing':
      return 'Running the model…';
    case 'ready':
      return 'Ready';
    case 'failed':
      return 'Nothing to show';
  }
}

/** What the workspace is doing, and what went wrong, in words. */
export function StatusLine() {
  const session = useSession();
  const activity = useVision((state) => state.activity);
  const alert = useVision((state) => state.alert);
  const notice = useVision((state) => state.notice);
  const incoming = useVision((state) => state.incoming);
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
