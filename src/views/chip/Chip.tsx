import type { ReactNode } from 'react';
import styles from './Chip.module.css';

/** A quiet word or two in the header; gone where there is no room. */
export function Chip({ children }: { readonly children: ReactNode }): ReactNode {
  return <span className={`${styles.chip} ${styles.optional}`}>{children}</span>;
}
