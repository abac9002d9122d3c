import type { VisionRun } from '../../engine/protocol.ts';
import { patchRectangle } from '../../math/geometry.ts';
import type { MatrixAxis } from '../../views/matrix/draw-axes.ts';
import type { Picture } from './picture/decode.ts';
import { tokenName } from './words.ts';

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
