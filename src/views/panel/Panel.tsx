import { type ReactNode, useId } from 'react';
import styles from './Panel.module.css';

interface Props {
  readonly title: string;
  /** Controls in the place of the written title; the title is then read out alone. */
  readonly heading?: ReactNode;
  /** A few quiet words after the title. */
  readonly note?: ReactNode;
  readonly tools?: ReactNode;
  readonly className?: string | undefined;
  readonly children: ReactNode;
}

/** A titled box of the workspace. */
export function Panel({ title, heading, note, tools, className, children }: Props) {
  const id = useId();
  return (
    <section className={`${styles.panel} ${className ?? ''}`} aria-labelledby={id}>
      <div className={styles.header}>
        <h2 id={id} className={heading ? 'visually-hidden' : undefined}>
          {title}
        </h2>
        {heading}
        {note && <small>{note}</small>}
        {tools && <div className={styles.tools}>{tools}</div>}
      </div>
      <div className={styles.body}>{children}</div>
    </section>
  );
}
