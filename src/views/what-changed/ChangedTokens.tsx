import type { ReactNode } from 'react';
import { formatPercent, formatValue } from '../../math/format-number.ts';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import styles from './ChangedTokens.module.css';

export interface ChangedToken {
  readonly label: string;
  /** Natural logarithms of its probability. */
  readonly before: number;
  readonly after: number;
}

export interface ChangedTokensProps {
  /** In the order of the text. */
  readonly tokens: readonly ChangedToken[];
}

/** Below it a difference shows as 0. */
const smallest = 0.0005;

/** Tokens of a given text: their probability before and after a change, and the difference in nats. */
export function ChangedTokens({ tokens }: ChangedTokensProps): ReactNode {
  const largest = tokens.reduce(
    (most, { before, after }) => Math.max(most, Math.abs(after - before)),
    smallest,
  );
  return (
    // A long text is scrolled by keys as well.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={styles.scroller} aria-label="Tokens of the old target" tabIndex={0}>
      <table className={styles.table}>
        <caption className="visually-hidden">Old target token by token</caption>
        <thead>
          <tr>
            <th scope="col">Old target</th>
            <th scope="col">before</th>
            <th scope="col">after</th>
            <th scope="col">
              <span className="visually-hidden">Difference of the log probability in nats</span>
              <span aria-hidden="true">Δ log p</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {tokens.map(({ label, before, after }, index) => {
            const difference = after - before;
            const isMoved = Math.abs(difference) >= smallest;
            return (
              // A token may stand twice: the place tells them apart.
              // oxlint-disable-next-line react/no-array-index-key
              <tr key={index}>
                <th scope="row">
                  <bdi>{label}</bdi>
                </th>
                <td>{formatPercent(Math.exp(before))}</td>
                <td>{formatPercent(Math.exp(after))}</td>
                <td
                  className={classNames(isMoved && (difference > 0 ? styles.more : styles.less))}
                  style={customProperties({
                    '--size': `${(50 * Math.abs(difference)) / largest}%`,
                  })}
                >
                  {isMoved ? (difference > 0 ? '+' : '') + formatValue(difference, 2) : '0'}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
