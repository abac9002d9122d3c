import { useCallback, useMemo } from 'react';
import { colourMap } from '../../../math/colour-maps.ts';
import { createScale } from '../../../math/scales.ts';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import type { MatrixView } from '../../../views/matrix/layout-matrix.ts';
import { Matrix } from '../../../views/matrix/Matrix.tsx';
import { tokenAxis } from '../token-axis.ts';
import { useSession, useVision } from '../use-vision.ts';
import { EdgeCutter } from './EdgeCutter.tsx';
import styles from './HeadMatrix.module.css';

/** The selected head's attention, every query against every key. */
export function HeadMatrix() {
  const session = useSession();
  const matrix = useVision((state) => state.headMatrix);
  const matrixRun = useVision((state) => state.headMatrixRun);
  const run = useVision((state) => state.main.run);
  const picture = useVision((state) => state.main.picture);
  const query = useVision((state) => state.query);
  const hovered = useVision((state) => state.hovered);
  const scaleKind = useVision((state) => state.display.scale);
  const colours = colourMap(useVision((state) => state.display.colourMap));
  const axis = useMemo(() => (run && picture ? tokenAxis(run, picture) : null), [run, picture]);
  const scale = useMemo(
    () => (matrix ? createScale(scaleKind, matrix.values, { extent: matrix.extent }) : null),
    [matrix, scaleKind],
  );
  const hover = useCallback(
    (cell: { key: number } | null) => session.view.hover(cell?.key ?? null),
    [session],
  );
  const view = useVision((state) => state.matrixView);
  const show = useCallback((shown: MatrixView) => session.view.setMatrixView(shown), [session]);
  const pinnedKey = useVision((state) => state.pinnedKey);
  const select = useCallback(
    (cell: { query: number; key: number }) => {
      session.view.setQuery(cell.query);
      session.view.pinKey(cell.key);
    },
    [session],
  );
  if (!matrix || !run || !picture || !axis || !scale || matrix.queryCount !== run.tokenCount)
    return null;
  return (
    // Kept in place while the new picture's matrix is on its way, but not shown.
    <div className={matrixRun === run.run ? styles.shown : styles.awaited}>
      <Matrix
        values={matrix.values}
        queries={axis}
        keys={axis}
        scale={scale}
        colourMap={colours}
        picture={picture.display}
        selectedQuery={query}
        selectedKey={pinnedKey}
        hoveredKey={hovered}
        view={view}
        onView={show}
        onHover={hover}
        onSelect={select}
      />
      <ColourBar scale={scale} colourMap={colours} unit="attention" note="of this head alone" />
      <EdgeCutter />
    </div>
  );
}
