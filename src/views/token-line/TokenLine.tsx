import {
  memo,
  useMemo,
  useRef,
  useState,
  type KeyboardEvent,
  type ReactNode,
  type SyntheticEvent,
} from 'react';
import { layoutTokenLine } from './layout-token-line.ts';
import { LineToken } from './LineToken.tsx';
import styles from './TokenLine.module.css';

export interface TokenLineProps {
  readonly text: string;
  /** UTF-16 positions in the text, [start, end), one for each token. Memoise all arrays. */
  readonly spans: readonly (readonly [number, number])[];
  readonly special: readonly boolean[];
  /** What each token is called where the text does not show it: `</s>`, a byte. */
  readonly tokens: readonly string[];
  /** One for each token, 0 to 1: the strength of the line under it. */
  readonly probabilities?: ArrayLike<number> | null;
  /** One for each token, 0 to 1: the strength of the ground behind it. */
  readonly weights?: ArrayLike<number> | null;
  /** Tokens that are left out of account: struck through. Memoise it. */
  readonly struck?: readonly number[];
  readonly selected: number | null;
  readonly hovered: number | null;
  readonly label: string;
  /** Shows `</s>` and its kind as chips. */
  readonly showSpecial?: boolean;
  /** Called when the token under the pointer, or the focus, changes. */
  readonly onHover: (index: number | null) => void;
  readonly onSelect: (index: number) => void;
}

const noTokens: readonly number[] = [];

/** A text as its tokens, in its own writing. Tab reaches one of them, arrow keys the others. */
export const TokenLine = memo(function TokenLine({
  text,
  spans,
  special,
  tokens,
  probabilities = null,
  weights = null,
  struck = noTokens,
  selected,
  hovered,
  label,
  showSpecial = false,
  onHover,
  onSelect,
}: TokenLineProps): ReactNode {
  const pieces = useMemo(
    () => layoutTokenLine({ text, spans, special, tokens, showSpecial }),
    [text, spans, special, tokens, showSpecial],
  );
  const indices = pieces.flatMap((piece) => (piece.kind === 'between' ? [] : [piece.index]));
  const [focused, setFocused] = useState<number | null>(null);
  const tabStop = [focused, selected].find((index) => index !== null && indices.includes(index));

  const lastHovered = useRef<number | null>(null);
  const report = (index: number | null) => {
    if (index === lastHovered.current) return;
    lastHovered.current = index;
    onHover(index);
  };
  const select = (event: SyntheticEvent) => {
    const index = tokenOf(event.target);
    if (index !== null) onSelect(index);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const index = tokenOf(event.target);
    if (index === null || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Enter' || event.key === ' ') onSelect(index);
    else if (!moveFocus(event, indices, index)) return;
    event.preventDefault();
    // The page's own keys of the same name do something else.
    event.stopPropagation();
  };

  return (
    // A fieldset is for the parts of a form.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
    <div role="group" aria-label={label} className={styles.line}>
      {/* One isolate for the whole: one for each token would reverse pieces of words. */}
      {/* oxlint-disable-next-line jsx-a11y/no-static-element-interactions, jsx-a11y/click-events-have-key-events */}
      <bdi
        dir="auto"
        className={styles.text}
        onPointerOver={(event) => report(tokenOf(event.target))}
        onPointerLeave={() => report(null)}
        onFocus={(event) => {
          setFocused(tokenOf(event.target));
          report(tokenOf(event.target));
        }}
        onBlur={() => report(null)}
        onClick={select}
        onKeyDown={onKeyDown}
      >
        {pieces.map((piece, place) =>
          piece.kind === 'between' ? (
            <span key={`between ${place}`}>{piece.text}</span>
          ) : (
            <LineToken
              key={piece.index}
              piece={piece}
              probability={probabilities?.[piece.index] ?? null}
              weight={weights?.[piece.index] ?? 0}
              isSelected={piece.index === selected}
              isHovered={piece.index === hovered}
              isStruck={struck.includes(piece.index)}
              isTabStop={piece.index === (tabStop ?? indices[0])}
            />
          ),
        )}
      </bdi>
    </div>
  );
});

/** The token that an event came from; null between tokens. */
function tokenOf(target: EventTarget): number | null {
  if (!(target instanceof Element)) return null;
  const token = target.closest<HTMLElement>('[data-token]')?.dataset['token'];
  return token === undefined ? null : Number(token);
}

/** Moves the focus in reading order: to the left is forward in a text from right to left. */
function moveFocus(
  event: KeyboardEvent<HTMLElement>,
  indices: readonly number[],
  from: number,
): boolean {
  const line = event.currentTarget;
  const forward = getComputedStyle(line).direction === 'rtl' ? 'ArrowLeft' : 'ArrowRight';
  const back = forward === 'ArrowLeft' ? 'ArrowRight' : 'ArrowLeft';
  const at = indices.indexOf(from);
  const targets: Partial<Record<string, number>> = {
    [forward]: Math.min(at + 1, indices.length - 1),
    [back]: Math.max(at - 1, 0),
    Home: 0,
    End: indices.length - 1,
  };
  const target = targets[event.key];
  if (target === undefined) return false;
  line.querySelector<HTMLElement>(`[data-token="${indices[target]}"]`)?.focus();
  return true;
}
