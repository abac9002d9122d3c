import { progressInWords, progressShare } from '../../engine/progress-in-words.ts';
import type { Progress } from '../../engine/protocol.ts';
import { ProgressBar } from '../../views/progress/ProgressBar.tsx';
import styles from './OpenModelDialog.module.css';

/** How much of a model has come, in bytes. */
export function LoadingProgress({ progress }: { readonly progress: Progress | null }) {
  const words = progress ? progressInWords(progress) : 'Loading the model…';
  return (
    <div className={styles.progress}>
      <ProgressBar label="Loading model" share={progressShare(progress)} words={words} />
      <p className={styles.note}>{words}</p>
    </div>
  );
}
