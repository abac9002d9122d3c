import { useCallback, useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Button } from './Button.tsx';
import { classNames } from './class-names.ts';
import { IconButton } from './IconButton.tsx';
import type { IconName } from './Icon.tsx';
import { useDismiss } from './use-dismiss.ts';
import styles from './Menu.module.css';

export interface MenuItem {
  readonly label: string;
  /** A word more: a format, a size. */
  readonly detail?: string;
  readonly disabled?: boolean;
  readonly onSelect: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly icon?: IconName;
  readonly align?: 'start' | 'end';
  readonly items: readonly MenuItem[];
}

/** A button that opens a menu of commands: arrow keys, Home, End and Escape as in any menu. */
export function Menu({ label, icon, align = 'end', items }: MenuProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const menuId = useId();
  const close = useCallback((by: 'escape' | 'outside' | 'chosen') => {
    setOpen(false);
    if (by !== 'outside') root.current?.querySelector('button')?.focus();
  }, []);
  useDismiss(root, isOpen, close);
  const onMenu = useCallback((menu: HTMLDivElement | null) => focusItem(menu, 0), []);
  const button = {
    'aria-haspopup': 'menu',
    'aria-expanded': isOpen,
    'aria-controls': menuId,
    onClick: () => setOpen((wasOpen) => !wasOpen),
  } as const;
  return (
    <span ref={root} className={styles.root}>
      {icon ? (
        <IconButton label={label} icon={icon} {...button} />
      ) : (
        <Button {...button}>{label}</Button>
      )}
      <div id={menuId} hidden={!isOpen}>
        {isOpen && (
          <div
            ref={onMenu}
            role="menu"
            aria-label={label}
            tabIndex={-1}
            className={classNames(styles.menu, align === 'start' && styles.start)}
            onKeyDown={moveFocus}
          >
            {items.map((item) => (
              <button
                key={item.label}
                type="button"
                role="menuitem"
                tabIndex={-1}
                disabled={item.disabled ?? false}
                onClick={() => {
                  close('chosen');
                  item.onSelect();
                }}
              >
                {item.label}
                {item.detail && <small>{item.detail}</small>}
              </button>
            ))}
          </div>
        )}
      </div>
    </span>
  );
}

function itemsOf(menu: HTMLElement): HTMLElement[] {
  return [...menu.querySelectorAll<HTMLElement>('[role=menuitem]:not(:disabled)')];
}

function focusItem(menu: HTMLElement | null, index: number): void {
  if (menu) itemsOf(menu).at(index)?.focus();
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const menu = event.currentTarget;
  const items = itemsOf(menu);
  const present = items.findIndex((item) => item === document.activeElement);
  const targets: Partial<Record<string, number>> = {
    ArrowDown: (present + 1) % items.length,
    ArrowUp: (present - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  };
  const target = targets[event.key];
  if (target === undefined) return;
  event.preventDefault();
  // The page's own arrow keys move the query.
  event.stopPropagation();
  focusItem(menu, target);
}
