import { memo, type ReactNode } from 'react';
import { classNames } from '../controls/class-names.ts';
import styles from './HeadGrid.module.css';

export interface HeadCellProps {
  /** Counted from 0. */
  readonly layer: number;
  readonly head: number;
  /** Where in the row it stands. */
  readonly position: number;
  readonly isSelected: boolean;
  readonly isHovered: boolean;
  readonly isTabStop: boolean;
  readonly showsNumber: boolean;
  readonly describeHead: ((layer: number, head: number) => string) | undefined;
  readonly cellExtra: ((layer: number, head: number, isTabStop: boolean) => ReactNode) | undefined;
}

/** A transparent button over one thumbnail. */
export const HeadCell = memo(function HeadCell({
  layer,
  head,
  position,
  isSelected,
  isHovered,
  isTabStop,
  showsNumber,
  describeHead,
  cellExtra,
}: HeadCellProps): ReactNode {
  const words = describeHead?.(layer, head);
  const name = `Layer ${layer + 1}, head ${head + 1}`;
  return (
    <div
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="gridcell"
      aria-selected={isSelected}
      className={classNames(styles.cell, isHovered && styles.hovered)}
    >
      <button
        type="button"
        className={styles.select}
        aria-label={words ? `${name}: ${words}` : name}
        tabIndex={isTabStop ? 0 : -1}
        data-layer={layer}
        data-position={position}
      />
      {showsNumber && (
        <span className={styles.head} aria-hidden="true">
          {head + 1}
        </span>
      )}
      {cellExtra?.(layer, head, isTabStop)}
    </div>
  );
});
