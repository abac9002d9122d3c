import { useId, type ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './SegmentedControl.module.css';

export interface Choice<Value extends string> {
  readonly value: Value;
  readonly label: string;
  readonly disabled?: boolean;
  /** More about it: why it is disabled. */
  readonly title?: string | undefined;
}

export interface SegmentedControlProps<Value extends string> {
  /** The group's name. */
  readonly label: string;
  /** Where the name is seen: before the segments, above them, or only read out. */
  readonly labelPlace?: 'before' | 'above' | 'unseen';
  readonly value: Value;
  readonly choices: readonly Choice<Value>[];
  readonly onChange: (value: Value) => void;
}

/** A radio group drawn as one button of several segments. */
export function SegmentedControl<Value extends string>({
  label,
  labelPlace = 'unseen',
  value,
  choices,
  onChange,
}: SegmentedControlProps<Value>): ReactNode {
  const name = useId();
  return (
    <fieldset
      role="radiogroup"
      aria-label={label}
      className={classNames(styles.group, labelPlace === 'above' && styles.stacked)}
    >
      {labelPlace !== 'unseen' && <legend aria-hidden="true">{label}</legend>}
      <div className={styles.segments}>
        {choices.map((choice) => (
          <label key={choice.value} className={styles.segment}>
            <input
              type="radio"
              name={name}
              value={choice.value}
              checked={choice.value === value}
              disabled={choice.disabled ?? false}
              onChange={() => onChange(choice.value)}
            />
            {choice.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
