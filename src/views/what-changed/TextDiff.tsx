import type { ReactNode } from 'react';
import type { DiffPart } from '../../math/word-diff.ts';
import styles from './TextDiff.module.css';

export interface TextDiffProps {
  readonly parts: readonly DiffPart[];
}

/** A text against the one before it: what went is struck through, what came is underlined. */
export function TextDiff({ parts }: TextDiffProps): ReactNode {
  return (
    <p className={styles.text} dir="auto">
      {parts.map(({ kind, text }, index) => {
        // Parts have no name but their place.
        const key = `${index} ${kind}`;
        if (kind === 'same') return <span key={key}>{text}</span>;
        return kind === 'removed' ? (
          <del key={key}>
            <span className="visually-hidden">removed: </span>
            {text}
          </del>
        ) : (
          <ins key={key}>
            <span className="visually-hidden">added: </span>
            {text}
          </ins>
        );
      })}
    </p>
  );
}
