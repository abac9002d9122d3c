import type { FigureName } from '../state.ts';
import { sideOf } from '../use-shown.ts';
import { useTranslation } from '../use-translation.ts';
import { stackTitles } from '../words.ts';
import styles from './AttentionPanel.module.css';

/** Why there is no matrix to see. */
export function MissingAttention({ side }: { readonly side: FigureName }) {
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state[sideOf(side)]?.info ?? null);
  const isLive = useTranslation((state) => state[sideOf(side)]?.live !== null);
  const activity = useTranslation((state) => state.activity.kind);
  const title = stackTitles[stack];
  if (info && !info.stacks[stack])
    return (
      <p className={styles.missing}>
        {info.name} has no {title.toLowerCase()}
        {stack === 'encoder' ? ': it reads with a recurrent network.' : '.'}
      </p>
    );
  if (activity === 'failed')
    return <p className={styles.missing}>There is no translation to show.</p>;
  if (activity === 'looking' && side === 'main')
    return <p className={styles.missing}>The lens’s map is being computed…</p>;
  const isWaiting = isLive && stack !== 'cross';
  return (
    <p className={styles.missing}>
      {isWaiting
        ? `${title} is shown when the translation is done.`
        : 'Waiting for the translation…'}
    </p>
  );
}
