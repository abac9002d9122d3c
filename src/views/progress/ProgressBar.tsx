import type { ReactNode } from 'react';
import { customProperties } from '../controls/custom-properties.ts';
import styles from './MeasureProgress.module.css';

export interface ProgressBarProps {
  readonly label: string;
  /** 0 to 1; null where nothing says how far it is. */
  readonly share: number | null;
  /** The same in words, read out in place of a percentage. */
  readonly words: string;
}

/** How far something is, as a line that fills. */
export function ProgressBar({ label, share, words }: ProgressBarProps): ReactNode {
  const shown = Math.min(1, share ?? 0);
  return (
    <div
      // Styled as the page's other bars; a progress element can't be in every browser.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={share === null ? undefined : Math.round(shown * 100)}
      aria-valuetext={words}
      className={styles.bar}
      style={customProperties({ '--progress-share': `${shown * 100}%` })}
    />
  );
}
