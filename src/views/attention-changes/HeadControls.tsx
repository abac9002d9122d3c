import type { ReactNode } from 'react';
import { formatValue } from '../../math/format-number.ts';
import { Button } from '../controls/Button.tsx';
import { Slider } from '../controls/Slider.tsx';
import styles from './AttentionChanges.module.css';

export interface HeadControlsProps {
  /** The head's place, in words. */
  readonly name: string;
  /** What its output is multiplied by, 0 to 2. */
  readonly scale: number;
  readonly onScale: (scale: number) => void;
  /** Its layer; null where the head is its layer's only one. */
  readonly layer: {
    /** From 0. */
    readonly index: number;
    readonly isOn: boolean;
    readonly onToggle: () => void;
    /** Switches every other head of the layer off. */
    readonly onOnlyHead: () => void;
  } | null;
  /** What takes the place of its weights. */
  readonly children: ReactNode;
}

function scaleInWords(scale: number): string {
  if (scale === 0) return 'off';
  return scale === 1 ? 'as it is' : `× ${formatValue(scale)}`;
}

/** What can be done to one head and its layer. */
export function HeadControls({
  name,
  scale,
  onScale,
  layer,
  children,
}: HeadControlsProps): ReactNode {
  return (
    <section aria-label="Selected head" className={styles.head}>
      <p className={styles.name}>{name}</p>
      <Slider
        label="Output"
        min={0}
        max={2}
        step={0.05}
        value={scale}
        format={scaleInWords}
        onChange={onScale}
      />
      {children}
      {layer && (
        <div className={styles.buttons}>
          <Button onClick={layer.onToggle}>
            Switch layer {layer.index + 1} {layer.isOn ? 'off' : 'on'}
          </Button>
          <Button onClick={layer.onOnlyHead}>Only this head on</Button>
        </div>
      )}
    </section>
  );
}
