import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Icon, type IconName } from './Icon.tsx';
import styles from './Button.module.css';

export interface IconButtonProps extends Omit<ComponentProps<'button'>, 'children'> {
  /** The name, read out and shown by the browser on hover. */
  readonly label: string;
  readonly icon: IconName;
  /** Makes it a toggle. */
  readonly pressed?: boolean;
}

/** A button with an icon for its face. */
export function IconButton({
  label,
  icon,
  pressed,
  className,
  ...rest
}: IconButtonProps): ReactNode {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      aria-pressed={pressed}
      className={classNames(styles.button, styles.icon, className)}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}
