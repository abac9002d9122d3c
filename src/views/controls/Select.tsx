import { useId, type ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon } from './Icon.tsx';
import type { Choice } from './SegmentedControl.tsx';
import styles from './Select.module.css';

export interface SelectProps<Value extends string> {
  readonly label: string;
  readonly labelPlace?: 'before' | 'above' | 'unseen';
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
  readonly disabled?: boolean;
}

/** A native select. */
export function Select<Value extends string>({
  label,
  labelPlace = 'before',
  value,
  choices,
  onChange,
  disabled = false,
}: SelectProps<Value>): ReactNode {
  const id = useId();
  const select = (text: string) => {
    const chosen = choices.find((choice) => choice.value === text);
    if (chosen) onChange(chosen.value);
  };
  return (
    <div className={classNames(styles.field, labelPlace === 'above' && styles.stacked)}>
      {labelPlace !== 'unseen' && <label htmlFor={id}>{label}</label>}
      <span className={styles.box}>
        <select
          id={id}
          aria-label={labelPlace === 'unseen' ? label : undefined}
          value={value}
          disabled={disabled}
          onChange={(event) => select(event.currentTarget.value)}
        >
          {choices.map((choice) => (
            <option
              key={choice.value}
              value={choice.value}
              disabled={choice.disabled ?? false}
              title={choice.title}
            >
              {choice.label}
            </option>
          ))}
        </select>
        <Icon name="chevron" />
      </span>
    </div>
  );
}
