import { useCallback, useId, useRef, useState, type ReactNode } from 'react';
import { Button, type ButtonProps } from './Button.tsx';
import { classNames } from './class-names.ts';
import { IconButton } from './IconButton.tsx';
import type { IconName } from './Icon.tsx';
import { useDismiss } from './use-dismiss.ts';
import styles from './Popover.module.css';

export interface PopoverProps {
  /** The button's name, and the panel's. */
  readonly label: string;
  /** Shows an icon in place of the words. */
  readonly icon?: IconName;
  readonly look?: NonNullable<ButtonProps['look']>;
  /** What the button shows, when it is more than its name. */
  readonly face?: ReactNode;
  /** Which edge of the button the panel lines up with. */
  readonly align?: 'start' | 'end';
  readonly children: ReactNode;
}

/** A button that opens a panel beside the page's flow: formula, limits, settings. */
export function Popover({
  label,
  icon,
  look = 'plain',
  face,
  align = 'start',
  children,
}: PopoverProps): ReactNode {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLSpanElement>(null);
  const panelId = useId();
  const dismiss = useCallback((by: 'escape' | 'outside') => {
    setOpen(false);
    if (by === 'escape') root.current?.querySelector('button')?.focus();
  }, []);
  useDismiss(root, isOpen, dismiss);
  const shared = {
    'aria-expanded': isOpen,
    'aria-controls': panelId,
    onClick: () => setOpen((wasOpen) => !wasOpen),
  };
  return (
    <span ref={root} className={styles.root}>
      {icon ? (
        <IconButton label={label} icon={icon} {...shared} />
      ) : (
        <Button look={look} aria-label={face ? label : undefined} {...shared}>
          {face ?? label}
        </Button>
      )}
      <section
        id={panelId}
        aria-label={label}
        hidden={!isOpen}
        className={classNames(styles.panel, align === 'end' && styles.end)}
      >
        {isOpen && children}
      </section>
    </span>
  );
}
