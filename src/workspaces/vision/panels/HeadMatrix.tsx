import { useCallback, useMemo } from 'react';
import type { VisionRun } from '../../../engine/protocol.ts';
import { colourMap } from '../../../math/colour-maps.ts';
import { patchRectangle } from '../../../math/geometry.ts';
import { createScale } from '../../../math/scales.ts';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import type { MatrixAxis } from '../../../views/matrix/draw-axes.ts';
import { Matrix } from '../../../views/matrix/Matrix.tsx';
import type { Picture } from '../picture/decode.ts';
import { useSession, useVision } from '../use-vision.ts';
import { tokenName } from '../words.ts';

/** The axis of a run's tokens: special tokens by name, patches by their piece of the picture. */
export function tokenAxis(run: VisionRun, picture: Picture): MatrixAxis {
  const { geometry, specialTokens, tokenCount } = run;
  const factor = picture.display.width / picture.width;
  return {
    count: tokenCount,
    nameOf: (index) => tokenName(index, specialTokens, geometry),
    markOf: (index) => {
      const special = specialTokens[index];
      if (special !== undefined) return { kind: 'text', text: special };
      const { x, y, width, height } = patchRectangle(geometry, index - specialTokens.length);
      const rectangle = {
        x: x * factor,
        y: y * factor,
        width: width * factor,
        height: height * factor,
      };
      return { kind: 'patch', rectangle };
    },
  };
}

/** The selected head's attention, every query against every key. */
export function HeadMatrix() {
  const session = useSession();
  const matrix = useVision((state) => state.headMatrix);
  const run = useVision((state) => state.main.run);
  const picture = useVision((state) => state.main.picture);
  const query = useVision((state) => state.query);
  const hovered = useVision((state) => state.hovered);
  const scaleKind = useVision((state) => state.display.scale);
  const colours = colourMap(useVision((state) => state.display.colourMap));
  const axis = useMemo(() => (run && picture ? tokenAxis(run, picture) : null), [run, picture]);
  const scale = useMemo(
    () => (matrix ? createScale(scaleKind, matrix.values) : null),
    [matrix, scaleKind],
  );
  const hover = useCallback(
    (cell: { key: number } | null) => session.hover(cell?.key ?? null),
    [session],
  );
  const select = useCallback((cell: { query: number }) => session.setQuery(cell.query), [session]);
  if (!matrix || !run || !picture || !axis || !scale || matrix.queryCount !== run.tokenCount)
    return null;
  return (
    <>
      <Matrix
        values={matrix.values}
        queries={axis}
        keys={axis}
        scale={scale}
        colourMap={colours}
        picture={picture.display}
        selectedQuery={query}
        hoveredKey={hovered}
        onHover={hover}
        onSelect={select}
      />
      <ColourBar scale={scale} colourMap={colours} unit="attention" note="of this head alone" />
    </>
  );
}
