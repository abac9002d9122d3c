import type { ReactNode } from 'react';
import styles from './HeadToggle.module.css';

export interface HeadToggleProps {
  /** Counted from 0. */
  readonly layer: number;
  readonly head: number;
  readonly isOn: boolean;
  /** Scaled or replaced, but on. */
  readonly isChanged?: boolean;
  /** Whether Tab reaches it: that of one cell alone. */
  readonly isTabStop: boolean;
  readonly onToggle: () => void;
}

/** Switches a head on and off from the corner of its cell in a `HeadGrid`. */
export function HeadToggle({
  layer,
  head,
  isOn,
  isChanged = false,
  isTabStop,
  onToggle,
}: HeadToggleProps): ReactNode {
  return (
    <button
      type="button"
      className={styles.toggle}
      aria-label={`Layer ${layer + 1} head ${head + 1}`}
      aria-pressed={isOn}
      title={isOn ? 'Switch this head off' : 'Switch this head on'}
      data-changed={isChanged}
      tabIndex={isTabStop ? 0 : -1}
      onClick={(event) => {
        // Switching a head does not select it.
        event.stopPropagation();
        onToggle();
      }}
    />
  );
}
