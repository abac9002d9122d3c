import { type KeyboardEvent, type ReactNode, useState } from 'react';
import styles from './Chip.module.css';

export interface FiguresChipProps {
  readonly name: string;
  /** Words that are left out where there is no room. */
  readonly detail: string;
  /** The last measured figure, or null before there is one. */
  readonly time: string | null;
  /** Marks what is slower than it might be. */
  readonly isWarning: boolean;
  /** The figures behind the chip, by name. */
  readonly figures: readonly (readonly [name: string, value: string])[];
  readonly onOpen: () => void;
}

/** A chip that opens the engine's figures. */
export function FiguresChip({
  name,
  detail,
  time,
  isWarning,
  figures,
  onOpen,
}: FiguresChipProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const toggle = (): void => {
    setOpen(!isOpen);
    if (!isOpen) onOpen();
  };
  const closeOnEscape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || !isOpen) return;
    event.preventDefault();
    setOpen(false);
  };
  return (
    <div className={styles.anchor}>
      <button
        type="button"
        className={styles.chip}
        aria-expanded={isOpen}
        onClick={toggle}
        onKeyDown={closeOnEscape}
      >
        <i className={isWarning ? styles.softwareDot : styles.dot} />
        <b>{name}</b>
        <span className={styles.optional}>{detail}</span>
        {time !== null && <span className={styles.time}>· {time}</span>}
      </button>
      {isOpen && (
        <dl className={styles.figures} aria-label="Engine figures">
          {figures.map(([figure, value]) => (
            <div key={figure}>
              <dt>{figure}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}
