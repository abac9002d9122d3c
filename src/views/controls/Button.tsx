import type { ComponentProps, ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './Button.module.css';

export interface ButtonProps extends ComponentProps<'button'> {
  /** `text` is a button in the middle of a sentence. */
  readonly look?: 'plain' | 'primary' | 'quiet' | 'text';
}

/** A native button. */
export function Button({ look = 'plain', className, ...rest }: ButtonProps): ReactNode {
  const looks = {
    plain: null,
    primary: styles.primary,
    quiet: styles.quiet,
    text: styles.text,
  };
  return (
    <button type="button" className={classNames(styles.button, looks[look], className)} {...rest} />
  );
}
