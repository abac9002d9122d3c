import { Button } from '../../../views/controls/Button.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { samples } from '../picture/samples.ts';
import { useSession, useVision } from '../use-vision.ts';
import { usePaneWords } from '../use-pane-words.ts';
import { LensChoice, LensParameters, useLens } from './LensControls.tsx';
import { PaneOverlay } from './PaneOverlay.tsx';
import { fileInputId } from './PicturePanel.tsx';
import styles from './ComparePane.module.css';

const same = 'same';
const own = 'own';

/** A second picture, or the same with another lens, layer or head. */
export function ComparePane() {
  const session = useSession();
  const view = useVision((state) => state.compare?.view);
  const picture = useVision((state) => state.compare?.picture ?? null);
  const model = useVision((state) => state.model);
  const lens = useLens('compare');
  const words = usePaneWords('compare');
  if (!view || !model) return null;
  const value = picture ? (picture.sampleId ?? own) : same;
  const choose = (id: string): void => {
    if (id === same) session.comparison.showSamePicture();
    else if (id !== own) void session.pictures.open({ kind: 'sample', id }, 'compare');
  };
  return (
    <section aria-label="Comparison" className={styles.compare}>
      <PaneOverlay pane="compare" />
      <div className={styles.controls}>
        <Select
          label="Compared picture"
          value={value}
          choices={[
            { value: same, label: 'The same picture' },
            ...(value === own ? [{ value: own, label: picture?.name ?? '' }] : []),
            ...samples.map(({ id, title }) => ({ value: id, label: title })),
          ]}
          onChange={choose}
        />
        <Button
          onClick={() => {
            session.pictures.aimFiles('compare');
            document.getElementById(fileInputId)?.click();
          }}
        >
          Upload another
        </Button>
        <LensChoice pane="compare" />
      </div>
      <LensParameters pane="compare" />
      {lens?.usesLayer && (
        <Slider
          label="Compared layer"
          value={view.layer + 1}
          min={1}
          max={model.layerCount}
          onChange={(layer) => session.view.setView({ layer: layer - 1 }, 'compare')}
        />
      )}
      {lens?.usesHead && (
        <Slider
          label="Compared head"
          value={view.head + 1}
          min={1}
          max={model.headCount}
          onChange={(head) => session.view.setView({ head: head - 1 }, 'compare')}
        />
      )}
      <p className={styles.words}>{words}</p>
    </section>
  );
}
