import { useId, useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { matchingChoices } from './matching-choices.ts';
import styles from './Combobox.module.css';

export interface ComboboxProps {
  readonly label: string;
  /** Every choice, by its index. */
  readonly choices: readonly string[];
  /** Index of the chosen one. */
  readonly value: number | null;
  readonly onChange: (index: number) => void;
}

/** More would be scrolled past; typing narrows them. */
const shownCount = 60;

/** One of many names, found by typing part of it (the ARIA combobox with a list). */
export function Combobox({ label, choices, value, onChange }: ComboboxProps): ReactNode {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  /** What was typed; null while the list is closed. */
  const [typed, setTyped] = useState<string | null>(null);
  const [active, setActive] = useState(0);
  const isOpen = typed !== null;
  const found = useMemo(
    () => (typed === null ? [] : matchingChoices(choices, typed).slice(0, shownCount)),
    [choices, typed],
  );
  const chosen = value === null ? '' : (choices[value] ?? '');
  const open = (text: string): void => {
    setTyped(text);
    setActive(0);
  };
  const close = (): void => setTyped(null);
  const take = (index: number | undefined): void => {
    if (index !== undefined) onChange(index);
    close();
  };
  const move = (to: number): void => {
    const next = Math.min(found.length - 1, Math.max(0, to));
    setActive(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown' && !isOpen) open('');
    else if (event.key === 'ArrowDown') move(active + 1);
    else if (event.key === 'ArrowUp' && isOpen) move(active - 1);
    else if (event.key === 'Enter' && isOpen) take(found[active]);
    else if (event.key === 'Escape' && isOpen) close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div className={styles.combobox}>
      <label htmlFor={id}>{label}</label>
      <input
        ref={input}
        id={id}
        type="text"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-expanded={isOpen}
        aria-controls={`${id}-list`}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && found.length > 0 ? `${id}-${active}` : undefined}
        value={typed ?? chosen}
        placeholder={chosen}
        onClick={() => !isOpen && open('')}
        onChange={(event) => open(event.currentTarget.value)}
        onKeyDown={onKeyDown}
        onBlur={close}
      />
      <div
        id={`${id}-list`}
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
        role="listbox"
        aria-label={label}
        hidden={!isOpen}
        // Pressing in the list would take the focus from the field and close it.
        onPointerDown={(event) => event.preventDefault()}
      >
        {found.map((index, position) => (
          // The field keeps the focus; its keys walk the options.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <div
            key={index}
            id={`${id}-${position}`}
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
            role="option"
            aria-selected={index === value}
            tabIndex={-1}
            className={classNames(position === active && styles.active)}
            onClick={() => take(index)}
          >
            {choices[index]}
          </div>
        ))}
        {isOpen && found.length === 0 && (
          // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
          <div role="option" aria-selected={false} aria-disabled="true" className={styles.none}>
            No such label
          </div>
        )}
      </div>
    </div>
  );
}
