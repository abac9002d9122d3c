import { memo, type ReactNode } from 'react';
import { classNames } from '../controls/class-names.ts';
import { customProperties } from '../controls/custom-properties.ts';
import { isInvisible, visibleToken } from '../tokens/visible-text.ts';
import type { TokenLinePiece } from './layout-token-line.ts';
import styles from './TokenLine.module.css';

export interface LineTokenProps {
  readonly piece: Exclude<TokenLinePiece, { kind: 'between' }>;
  /** Of the token in the text; 0 to 1, null where it is not known. */
  readonly probability: number | null;
  readonly weight: number;
  readonly isSelected: boolean;
  readonly isHovered: boolean;
  readonly isTabStop: boolean;
  readonly isStruck: boolean;
}

/** Weights spread over many tokens are small: their root is still seen. */
const weightExponent = 0.6;

/**
 * One token. It is a span, since an element that is a button of its own would break the joining of
 * letters (Arabic) and the order of scripts inside of a word.
 */
export const LineToken = memo(function LineToken({
  piece,
  probability,
  weight,
  isSelected,
  isHovered,
  isTabStop,
  isStruck,
}: LineTokenProps): ReactNode {
  const { kind, index, text } = piece;
  const shown = isInvisible(text) ? visibleToken(text) : text;
  const isUnseen = shown !== text;
  return (
    <span
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="button"
      tabIndex={isTabStop ? 0 : -1}
      aria-pressed={isSelected}
      aria-label={nameOf(shown, probability) + (isStruck ? ', hidden' : '')}
      data-token={index}
      className={classNames(
        styles.token,
        kind === 'chip' && styles.chip,
        probability !== null && styles.probable,
        isHovered && styles.hovered,
        isSelected && styles.selected,
        isStruck && styles.struck,
      )}
      style={customProperties({
        '--probability': probability ?? 0,
        '--weight': clamp(weight) ** weightExponent,
      })}
    >
      {shown}
      {/* The line still breaks where the text does. */}
      {isUnseen && text.includes('\n') && '\n'}
    </span>
  );
});

function nameOf(text: string, probability: number | null): string {
  return probability === null ? text : `${text}, probability ${probability.toFixed(2)}`;
}

function clamp(share: number): number {
  return Number.isNaN(share) ? 0 : Math.max(0, Math.min(1, share));
}
