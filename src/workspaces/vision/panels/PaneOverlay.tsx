import { colourMap } from '../../../math/colour-maps.ts';
import { massSet } from '../../../math/mass-outline.ts';
import { useMemo, type ReactNode } from 'react';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import { Overlay } from '../../../views/overlay/Overlay.tsx';
import { MeasureProgress } from '../../../views/progress/MeasureProgress.tsx';
import { hiddenPatches } from '../hidden-patches.ts';
import type { PaneName } from '../state.ts';
import { useMapScale, usePaneMap } from '../use-pane-map.ts';
import { useSession, useVision } from '../use-vision.ts';
import { shownView } from '../pane-words.ts';
import { usePaneWords } from '../use-pane-words.ts';
import styles from './PaneOverlay.module.css';

interface Props {
  readonly pane: PaneName;
  /** Stands over the picture. */
  readonly children?: ReactNode;
}

/** A pane's map on its picture, with the scale that its colours mean. */
export function PaneOverlay({ pane, children }: Props) {
  const session = useSession();
  const own = useVision((state) => state[pane]?.picture ?? null);
  const main = useVision((state) => state.main.picture);
  const run = useVision((state) => state[pane]?.run ?? null);
  const query = useVision((state) => state.query);
  const hovered = useVision((state) => state.hovered);
  const display = useVision((state) => state.display);
  const map = usePaneMap(pane);
  const scale = useMapScale(map);
  const words = usePaneWords(pane);
  // Of what is drawn, which may still be the lens before.
  const lens = useVision((state) => {
    const id = shownView(state[pane])?.lens;
    return state.model?.lenses.find((candidate) => candidate.id === id) ?? null;
  });
  const shownChanges = useVision((state) => state.shownChanges);
  const hidden = useMemo(
    () => (pane === 'main' && run ? hiddenPatches(shownChanges, run) : null),
    [pane, run, shownChanges],
  );
  const { outlineShare } = display;
  const outline = useMemo(
    () => (map && outlineShare > 0 ? massSet(map.patches, outlineShare).mask : null),
    [map, outlineShare],
  );
  const picture = own ?? main;
  if (!picture || !run) return <div className={styles.waiting} />;
  const first = run.specialTokens.length;
  const patchOf = (token: number | null): number | null =>
    token !== null && token >= first ? token - first : null;
  const colours = colourMap(lens?.signed ? 'blue-red' : display.colourMap);
  return (
    <div className={styles.pane}>
      <div className={styles.frame}>
        <Overlay
          picture={picture.display}
          geometry={run.geometry}
          values={map?.patches ?? null}
          scale={scale}
          colourMap={colours}
          opacity={display.opacity}
          smooth={display.smooth}
          queryPatch={patchOf(query)}
          hoveredPatch={patchOf(hovered)}
          outline={outline}
          hidden={hidden}
          label={pane === 'main' ? 'Attention overlay' : 'Compared overlay'}
          description={words}
          onHover={(patch) => session.view.hover(patch === null ? null : patch + first)}
          onSelect={(patch) => session.view.setQuery(patch + first)}
        >
          {children}
        </Overlay>
      </div>
      <MapProgress pane={pane} />
      <ColourBar
        scale={scale}
        colourMap={colours}
        unit={lens?.unit ?? ''}
        note="of this map alone"
      />
    </div>
  );
}

/** How far a map is that takes many forward passes; another lens ends it. */
function MapProgress({ pane }: { readonly pane: PaneName }) {
  const progress = useVision((state) => state[pane]?.mapProgress ?? null);
  const title = useVision((state) => {
    const id = state[pane]?.view.lens;
    return state.model?.lenses.find((lens) => lens.id === id)?.title ?? '';
  });
  if (!progress) return null;
  return <MeasureProgress words={title} {...progress} />;
}
