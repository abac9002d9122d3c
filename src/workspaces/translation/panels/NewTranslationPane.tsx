import { useShown } from '../use-shown.ts';
import { AttentionFigure } from './AttentionFigure.tsx';
import styles from './AttentionPanel.module.css';

/** The translation that the changes led to, with its own attention. */
export function NewTranslationPane() {
  const target = useShown('changed')?.target.text;
  return (
    <div className={styles.pane}>
      <p className={styles.modelTitle}>The new translation, with the changes</p>
      <p className={styles.target} dir="auto">
        {target}
      </p>
      <AttentionFigure side="changed" />
    </div>
  );
}
