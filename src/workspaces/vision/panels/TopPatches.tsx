import { useEffect, useRef } from 'react';
import { formatValue } from '../../../math/format-number.ts';
import { type ImageGeometry, patchRectangle } from '../../../math/geometry.ts';
import { usePaneMap } from '../use-pane-map.ts';
import { useSession, useVision } from '../use-vision.ts';
import { explainsLabel } from '../pane-words.ts';
import { tokenName } from '../words.ts';
import styles from './TopPatches.module.css';

/** Patches around the one shown, so that a person recognises the place. */
const surround = 1;
const thumbnailSide = 48;

/** What the query attends to most, as pieces of the picture. */
export function TopPatches() {
  const session = useSession();
  const map = usePaneMap('main');
  const run = useVision((state) => state.main.run);
  const picture = useVision((state) => state.main.picture);
  const direction = useVision((state) => state.direction);
  const explains = useVision((state) => explainsLabel(state, 'main'));
  if (!map || !run || !picture) return null;
  const first = run.specialTokens.length;
  const attention = direction === 'row' ? 'Attends to most' : 'Attended most by';
  const title = explains ? 'Largest values' : attention;
  return (
    <section aria-label={title}>
      <h3 className={styles.title}>{title}</h3>
      <ol className={styles.list}>
        {map.topPatches.map((patch) => {
          const name = tokenName(patch + first, run.specialTokens, run.geometry);
          const value = formatValue(map.patches[patch] ?? 0);
          return (
            <li key={patch}>
              <button
                type="button"
                title={name}
                aria-label={`${name}: ${value}`}
                onClick={() => session.view.setQuery(patch + first)}
                onPointerEnter={() => session.view.hover(patch + first)}
                onPointerLeave={() => session.view.hover(null)}
                onFocus={() => session.view.hover(patch + first)}
                onBlur={() => session.view.hover(null)}
              >
                <PatchThumbnail
                  picture={picture.display}
                  sourceWidth={picture.width}
                  geometry={run.geometry}
                  patch={patch}
                />
                {value}
              </button>
            </li>
          );
        })}
      </ol>
    </section>
  );
}

interface ThumbnailProps {
  readonly picture: ImageBitmap;
  readonly sourceWidth: number;
  readonly geometry: ImageGeometry;
  readonly patch: number;
}

function PatchThumbnail({ picture, sourceWidth, geometry, patch }: ThumbnailProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    const { x, y, width, height } = patchRectangle(geometry, patch);
    const factor = picture.width / sourceWidth;
    const sides = 2 * surround + 1;
    context.fillStyle = '#fff';
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.drawImage(
      picture,
      (x - surround * width) * factor,
      (y - surround * height) * factor,
      width * sides * factor,
      height * sides * factor,
      0,
      0,
      context.canvas.width,
      context.canvas.height,
    );
    const side = context.canvas.width / sides;
    for (const [colour, line] of [
      ['#000', 3],
      ['#fff', 1.5],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = line;
      context.strokeRect(surround * side, surround * side, side, side);
    }
  }, [picture, sourceWidth, geometry, patch]);
  return (
    <canvas
      ref={canvas}
      width={thumbnailSide * 2}
      height={thumbnailSide * 2}
      className={styles.thumbnail}
      aria-hidden="true"
    />
  );
}
