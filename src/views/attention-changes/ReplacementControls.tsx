import type { ReactNode } from 'react';
import { formatValue } from '../../math/format-number.ts';
import { Select } from '../controls/Select.tsx';
import { Slider } from '../controls/Slider.tsx';
import styles from './AttentionChanges.module.css';

/** Whose weights a head has; `own` where they are not replaced. */
export type WeightsKind = 'own' | 'uniform' | 'permuted' | 'one-hot' | 'temperature' | 'other-run';

/** What takes the place of a head's own weights. */
export interface ShownReplacement {
  readonly kind: Exclude<WeightsKind, 'own'>;
  /** Of `permuted`, from 1. */
  readonly seed?: number;
  /** Of `temperature`. */
  readonly temperature?: number;
}

export interface ReplacementControlsProps {
  readonly replacement: ShownReplacement | null;
  /** What the other run's weights are called, and why there are none now; null if there are. */
  readonly otherRun: { readonly label: string; readonly whyNot: string | null };
  readonly temperatures: { readonly smallest: number; readonly largest: number };
  readonly onKind: (kind: WeightsKind) => void;
  /** Hears each step of a drag, as `onTemperature` does. */
  readonly onSeed: (seed: number) => void;
  readonly onTemperature: (temperature: number) => void;
}

const largestSeed = 20;

/** Sets what takes the place of a head's own weights. */
export function ReplacementControls({
  replacement,
  otherRun: { label, whyNot },
  temperatures: { smallest, largest },
  onKind,
  onSeed,
  onTemperature,
}: ReplacementControlsProps): ReactNode {
  const kind = replacement?.kind ?? 'own';
  const { seed, temperature } = replacement ?? {};
  return (
    <div className={styles.replacement}>
      <Select<WeightsKind>
        label="Weights"
        value={kind}
        choices={[
          { value: 'own', label: 'Its own' },
          { value: 'uniform', label: 'Uniform' },
          { value: 'permuted', label: 'Permuted' },
          { value: 'one-hot', label: 'One-hot' },
          { value: 'temperature', label: 'With temperature' },
          {
            value: 'other-run',
            label,
            disabled: whyNot !== null && kind !== 'other-run',
            title: whyNot ?? undefined,
          },
        ]}
        onChange={onKind}
      />
      {seed !== undefined && (
        <Slider
          label="Seed"
          min={1}
          max={Math.max(largestSeed, seed)}
          value={seed}
          onChange={onSeed}
        />
      )}
      {temperature !== undefined && (
        <Slider
          label="Temperature"
          // Equal steps multiply it by the same.
          min={Math.log10(smallest)}
          max={Math.log10(largest)}
          step={0.01}
          value={Math.log10(temperature)}
          format={(power) => formatValue(10 ** power, 2)}
          onChange={(power) => onTemperature(10 ** power)}
        />
      )}
    </div>
  );
}
