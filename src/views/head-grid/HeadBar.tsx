import type { ReactNode } from 'react';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import styles from './HeadBar.module.css';

export interface HeadBarProps {
  /** From -1 to 1 of the largest in size; the sign picks side and colour. */
  readonly share: number;
}

/** A signed bar along the foot of a cell in a `HeadGrid`, from the middle to either side. */
export function HeadBar({ share }: HeadBarProps): ReactNode {
  const size = Math.min(1, Math.abs(share));
  return (
    <span
      aria-hidden="true"
      className={classNames(styles.bar, share < 0 ? styles.below : styles.above)}
      style={customProperties({ '--bar-size': `${size * 50}%` })}
    />
  );
}

/** What the bars' two sides mean, with the number at their end. */
export function HeadBarLegend({
  below,
  above,
  end,
}: {
  readonly below: string;
  readonly above: string;
  /** What a bar of full length is, with its unit. */
  readonly end: string;
}): ReactNode {
  return (
    <p className={styles.legend}>
      <span>
        <span className={classNames(styles.swatch, styles.below)} aria-hidden="true" /> {below}
      </span>
      <span>
        <span className={classNames(styles.swatch, styles.above)} aria-hidden="true" /> {above}
      </span>
      <span>full bar: {end}</span>
    </p>
  );
}
