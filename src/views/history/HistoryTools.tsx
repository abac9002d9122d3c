import type { ReactNode } from 'react';
import { Button } from '../controls/Button.tsx';
import { IconButton } from '../controls/IconButton.tsx';
import styles from './HistoryTools.module.css';
import { useHistoryKeys } from './use-history-keys.ts';

export interface HistoryToolsProps {
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Whether there is anything to reset. */
  readonly isChanged: boolean;
  readonly onUndo: () => void;
  readonly onRedo: () => void;
  readonly onReset: () => void;
}

/** Undo, redo and reset of what a person changed, by button; undo and redo also by their keys. */
export function HistoryTools({
  canUndo,
  canRedo,
  isChanged,
  onUndo,
  onRedo,
  onReset,
}: HistoryToolsProps): ReactNode {
  useHistoryKeys(onUndo, onRedo);
  return (
    <span className={styles.tools}>
      <IconButton label="Undo" icon="undo" disabled={!canUndo} onClick={onUndo} />
      <IconButton label="Redo" icon="redo" disabled={!canRedo} onClick={onRedo} />
      <Button disabled={!isChanged} onClick={onReset}>
        Reset changes
      </Button>
    </span>
  );
}
