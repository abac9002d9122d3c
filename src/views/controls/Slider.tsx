import { useId, type ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { customProperties } from './custom-properties.ts';
import styles from './Slider.module.css';

export interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step?: number;
  readonly onChange: (value: number) => void;
  /** The value in words, shown and read out. */
  readonly format?: (value: number) => string;
  /** A short slider beside other controls. */
  readonly compact?: boolean;
  readonly disabled?: boolean;
}

/** A native range with its name before it and its value after it. */
export function Slider({
  label,
  value,
  min,
  max,
  step = 1,
  onChange,
  format = String,
  compact = false,
  disabled = false,
}: SliderProps): ReactNode {
  const id = useId();
  const fill = max > min ? ((value - min) / (max - min)) * 100 : 0;
  return (
    <div
      className={classNames(styles.slider, compact && styles.compact)}
      style={customProperties({ '--slider-fill': `${fill}%` })}
    >
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="range"
        value={value}
        min={min}
        max={max}
        step={step}
        disabled={disabled}
        aria-valuetext={format(value)}
        onChange={(event) => onChange(event.currentTarget.valueAsNumber)}
      />
      {/* An output element would be one more live region. */}
      <span className={styles.value}>{format(value)}</span>
    </div>
  );
}
