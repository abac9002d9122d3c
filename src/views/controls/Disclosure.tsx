import { useId, useState, type ReactNode } from 'react';
import { Icon } from './Icon.tsx';
import styles from './Disclosure.module.css';

export interface DisclosureProps {
  readonly label: string;
  readonly initiallyOpen?: boolean;
  readonly children: ReactNode;
}

/** A button that shows and hides what follows it. */
export function Disclosure({ label, initiallyOpen = false, children }: DisclosureProps): ReactNode {
  const [isOpen, setOpen] = useState(initiallyOpen);
  const contentId = useId();
  return (
    <div className={styles.disclosure}>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-controls={contentId}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="chevron" />
        {label}
      </button>
      <div id={contentId} className={styles.content} hidden={!isOpen}>
        {children}
      </div>
    </div>
  );
}
