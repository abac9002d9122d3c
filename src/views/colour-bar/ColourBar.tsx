import { useCallback, useMemo, type ReactNode } from 'react';
import type { ColourMap } from '../../math/colour-maps.ts';
import { paletteOf } from '../../math/colourise.ts';
import type { Scale } from '../../math/scales.ts';
import { Canvas, type Draw } from '../canvas/Canvas.tsx';
import { drawColourBar } from './draw-colour-bar.ts';
import { scaleTicks, scaleWords } from './scale-words.ts';
import styles from './ColourBar.module.css';

export interface ColourBarProps {
  readonly scale: Scale;
  readonly colourMap: ColourMap;
  /** What the numbers count: "attention", "bits". */
  readonly unit: string;
  /** What else is to know of the scale: "shared by all heads". */
  readonly note?: string;
}

/** The colours of a scale with numbers, its unit and its kind in words. */
export function ColourBar({ scale, colourMap, unit, note }: ColourBarProps): ReactNode {
  const palette = useMemo(() => paletteOf(colourMap, { mode: 'even', opacity: 1 }), [colourMap]);
  const draw = useCallback<Draw>(
    (context, { width, height }) => drawColourBar(context, { x: 0, y: 0, width, height }, palette),
    [palette],
  );
  const words = [unit, scaleWords(scale), note].filter(Boolean).join(' · ');
  return (
    <div className={styles.colourBar}>
      {scale.constant === null && (
        <span className={styles.scale}>
          <span className={styles.bar}>
            <Canvas draw={draw} />
          </span>
          <span className={styles.ticks}>
            {scaleTicks(scale).map(({ unit: position, text }) => (
              <span key={position}>{text}</span>
            ))}
          </span>
        </span>
      )}
      <span className={styles.words}>{words}</span>
    </div>
  );
}
