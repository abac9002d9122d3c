import type { ReactNode } from 'react';
import { IconButton } from '../controls/IconButton.tsx';
import styles from './AttentionChanges.module.css';

/** A change, and how it is taken back. */
export interface ListedChange {
  /** No other entry's. */
  readonly key: string;
  readonly words: string;
  readonly takeBack: () => void;
}

/** All that was changed, each with a button that takes it back; nothing where there is none. */
export function ChangesList({ entries }: { readonly entries: readonly ListedChange[] }): ReactNode {
  if (entries.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="Changes">
      {entries.map(({ key, words, takeBack }) => (
        <li key={key}>
          <span>{words}</span>
          <IconButton label={`Take back: ${words}`} icon="close" onClick={takeBack} />
        </li>
      ))}
    </ul>
  );
}
