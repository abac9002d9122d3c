import type { ReactNode } from 'react';
import { IconButton } from '../controls/IconButton.tsx';
import styles from './StatusLine.module.css';

export interface StatusLineProps {
  /** What is going on, in words. */
  readonly words: string;
  /** Whether all is done: the words are then read out alone. */
  readonly isReady: boolean;
  /** Whether something goes on: the words then lie over the page, so that nothing moves for a moment. */
  readonly isBusy: boolean;
  /** What comes in place of what is shown, in words; a dialog beside the page shows it. */
  readonly incoming: string | null;
  /** Something worth saying that is no error, said when all is done. */
  readonly notice: string | null;
  /** How far loading has come, 0 to 1. */
  readonly share: number | null;
  /** What went wrong. */
  readonly alert: string | null;
  readonly onDismiss: () => void;
}

/** What the workspace is doing, and what went wrong, in words. */
export function StatusLine({
  words,
  isReady,
  isBusy,
  incoming,
  notice,
  share,
  alert,
  onDismiss,
}: StatusLineProps): ReactNode {
  // What is seen elsewhere is read out alone, too.
  const isUnseen = incoming !== null || (isReady && !notice);
  return (
    <div className={styles.line}>
      <div className={isBusy && incoming === null ? styles.busy : undefined}>
        {/* An output element would do, but scripts look for the role in so many words. */}
        {/* oxlint-disable-next-line jsx-a11y/prefer-tag-over-role */}
        <div role="status" className={styles.status}>
          <span className={isUnseen ? 'visually-hidden' : undefined}>{incoming ?? words}</span>
          {notice && isReady && incoming === null && (
            <span className={styles.notice}>. {notice}</span>
          )}
        </div>
        {share !== null && incoming === null && (
          <progress className={styles.progress} value={share} aria-label="Loading model" />
        )}
      </div>
      {alert && (
        <div role="alert" className={styles.alert}>
          <span>{alert}</span>
          <IconButton label="Dismiss" icon="close" onClick={onDismiss} />
        </div>
      )}
    </div>
  );
}
