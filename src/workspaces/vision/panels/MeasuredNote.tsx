import { formatValue } from '../../../math/format-number.ts';
import { figuresInView } from '../faithfulness-of.ts';
import { useVision } from '../use-vision.ts';
import styles from './StagePanel.module.css';

/** How far the map in view agrees with occlusion, once that was measured. */
export function MeasuredNote() {
  const correlation = useVision((state) => figuresInView(state)?.occlusionCorrelation ?? null);
  if (correlation === null) return null;
  return (
    <p className={styles.words}>
      Kendall’s τ between this map and occlusion: <b>{formatValue(correlation, 2)}</b> (1 is the
      same order of patches, 0 none of it).
    </p>
  );
}
