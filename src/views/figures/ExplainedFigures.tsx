import type { ReactNode } from 'react';
import { Popover } from '../controls/Popover.tsx';
import styles from './ExplainedFigures.module.css';

export interface ExplainedFigure {
  readonly name: string;
  /** The number in words, with its unit. */
  readonly value: string;
  /** What it stands beside: the random orders' figure, the one before. */
  readonly beside?: string;
  /** What it means, in a sentence or two, one click away. */
  readonly account: ReactNode;
}

export interface ExplainedFiguresProps {
  readonly figures: readonly ExplainedFigure[];
}

/** Numbers with their names; a click on a name tells what it means. */
export function ExplainedFigures({ figures }: ExplainedFiguresProps): ReactNode {
  return (
    <dl className={styles.figures}>
      {figures.map(({ name, value, beside, account }) => (
        <div key={name}>
          <dt>
            <Popover label={name} look="text">
              <div className={styles.account}>{account}</div>
            </Popover>
          </dt>
          <dd>
            {value}
            {beside && <small> {beside}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
