import type { Progress } from '../../../engine/protocol.ts';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import type { Activity } from '../state.ts';
import { useSession, useVision } from '../use-vision.ts';
import { bytesInWords } from '../words.ts';
import styles from './StatusLine.module.css';

function progressInWords(progress: Progress | null): string {
  if (!progress) return 'Starting the engine…';
  const { stage, done, total } = progress;
  switch (stage) {
    case 'backend':
      return 'Starting the backend…';
    case 'weights':
      return `Loading the model: ${bytesInWords(done)}${total === null ? '' : ` of ${bytesInWords(total)}`}`;
    case 'warm-up':
      return 'Warming up the model…';
    case 'forward':
    case 'lens':
      return `Working: ${done}${total === null ? '' : ` of ${total}`}`;
  }
}

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
  const { kind } = activity;
  const share =
    kind === 'loading' && activity.progress?.total
      ? activity.progress.done / activity.progress.total
      : null;
  return (
    <div className={styles.line}>
      {/* An output element would do, but scripts look for the role in so many words. */}
      {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
      <div role="status" className={styles.status}>
        <span className={kind === 'ready' && !notice ? 'visually-hidden' : undefined}>
          {activityInWords(activity)}
        </span>
        {notice && kind === 'ready' && <span className={styles.notice}>. {notice}</span>}
      </div>
      {share !== null && (
        <progress className={styles.progress} value={share} aria-label="Loading model" />
      )}
      {alert && (
        <div role="alert" className={styles.alert}>
          <span>{alert}</span>
          <IconButton label="Dismiss" icon="close" onClick={() => session.dismissAlert()} />
        </div>
      )}
    </div>
  );
}
