import type { ReactNode } from 'react';
import type { PoolingMode } from '../../math/pooling.ts';
import { IconButton } from '../controls/IconButton.tsx';
import { SegmentedControl } from '../controls/SegmentedControl.tsx';
import styles from './Matrix.module.css';

export interface MatrixToolsProps {
  readonly zoom: number;
  /** Null where no cells share a pixel. */
  readonly pooling: PoolingMode | null;
  readonly onPooling: (pooling: PoolingMode) => void;
  readonly onZoomIn: () => void;
  readonly onZoomOut: () => void;
  readonly onWhole: () => void;
}

const poolings = [
  { value: 'max', label: 'Max' },
  { value: 'mean', label: 'Mean' },
] as const;

/** Zoom, and how cells that share a pixel are joined. */
export function MatrixTools({
  zoom,
  pooling,
  onPooling,
  onZoomIn,
  onZoomOut,
  onWhole,
}: MatrixToolsProps): ReactNode {
  return (
    <span className={styles.tools}>
      {pooling && (
        <SegmentedControl
          label="Cells that share a pixel"
          value={pooling}
          choices={poolings}
          onChange={onPooling}
        />
      )}
      <IconButton label="Zoom out" icon="minus" disabled={zoom <= 1} onClick={onZoomOut} />
      <IconButton label="Zoom in" icon="plus" onClick={onZoomIn} />
      <IconButton label="Whole matrix" icon="reset" disabled={zoom <= 1} onClick={onWhole} />
    </span>
  );
}
