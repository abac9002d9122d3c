import { keptLayersInWords } from '../words.ts';
import { useVision } from '../use-vision.ts';
import styles from './KeptLayers.module.css';

/** Of a run whose attention is too large to be kept, how much is. */
export function KeptLayers() {
  const words = useVision(({ main }) => main.run && keptLayersInWords(main.run));
  return words && <p className={styles.note}>{words}</p>;
}
