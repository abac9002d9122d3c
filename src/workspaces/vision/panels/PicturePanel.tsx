import { useCallback, useRef, useState } from 'react';
import type { Fit } from '../../../math/geometry.ts';
import { createGeometry } from '../../../math/geometry.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { samples, thumbnailAddress } from '../picture/samples.ts';
import { useIsFirstMapPainted } from '../use-first-map.ts';
import { useSession, useVision } from '../use-vision.ts';
import { AddressDialog } from './AddressDialog.tsx';
import { CameraDialog } from './CameraDialog.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import styles from './PicturePanel.module.css';

/** The page's one file input; the compare pane opens it, too. */
export const fileInputId = 'picture-file';

const fits = [
  { value: 'crop', label: 'Crop' },
  { value: 'pad', label: 'Pad' },
  { value: 'stretch', label: 'Stretch' },
  { value: 'region', label: 'Draw' },
] as const;

type FitMode = (typeof fits)[number]['value'];

/** Every way in for a picture, and how it meets the model's square. */
export function PicturePanel() {
  const session = useSession();
  const input = useRef<HTMLInputElement>(null);
  const [dialog, setDialog] = useState<'none' | 'camera' | 'address'>('none');
  const closeDialog = useCallback(() => setDialog('none'), []);
  return (
    <Panel title="Picture">
      <div className={styles.ways}>
        <Button
          look="primary"
          onClick={() => {
            session.pictures.aimFiles('main');
            input.current?.click();
          }}
        >
          Upload image
        </Button>
        <IconButton label="Take a picture" icon="camera" onClick={() => setDialog('camera')} />
        <IconButton label="Open an address" icon="link" onClick={() => setDialog('address')} />
        <input
          ref={input}
          id={fileInputId}
          type="file"
          accept="image/*"
          multiple
          aria-label="Image file"
          className="visually-hidden"
          tabIndex={-1}
          onChange={(event) => {
            const files = [...(event.currentTarget.files ?? [])];
            // So that choosing the same file again is a change.
            event.currentTarget.value = '';
            if (files.length > 0)
              void session.pictures.openFiles(files, session.pictures.takeFileTarget());
          }}
        />
      </div>
      <p className={styles.drop}>Drop or paste a picture anywhere</p>
      <Samples />
      <FitControl />
      {dialog === 'camera' && <CameraDialog onClose={closeDialog} />}
      {dialog === 'address' && <AddressDialog onClose={closeDialog} />}
    </Panel>
  );
}

function Samples() {
  const session = useSession();
  const shown = useVision((state) => state.main.picture?.sampleId ?? null);
  // Eleven files that the first map does not need.
  const hasTime = useIsFirstMapPainted(2);
  const credit = samples.find(({ id }) => id === shown)?.credit;
  return (
    <>
      <ul className={styles.samples} aria-label="Samples">
        {samples.map(({ id, title, credit: owner }) => (
          <li key={id}>
            <button
              type="button"
              aria-pressed={id === shown}
              aria-label={title}
              title={`${title}: ${owner}`}
              onClick={() => void session.pictures.open({ kind: 'sample', id })}
            >
              <img src={hasTime ? thumbnailAddress(id) : undefined} alt="" width="64" height="64" />
            </button>
          </li>
        ))}
      </ul>
      <p className={styles.credit}>
        {credit ? `Photograph: ${credit}` : 'Your own picture. It stays here.'}
      </p>
    </>
  );
}

function FitControl() {
  const session = useSession();
  const fit = useVision((state) => state.fit);
  const isEditing = useVision((state) => state.isEditingRegion);
  const picture = useVision((state) => state.main.picture);
  const model = useVision((state) => state.model);
  const choose = (mode: FitMode): void => {
    if (mode !== 'region') {
      session.pictures.setFit({ mode });
      return;
    }
    if (!picture || !model) return;
    const { region } = createGeometry(picture.width, picture.height, model.input, { mode: 'crop' });
    session.pictures.setFit({ mode, region });
  };
  const mode: FitMode = modeOf(fit);
  const isSquare = !model || model.input.width === model.input.height;
  return (
    <div className={styles.fit}>
      <SegmentedControl
        label={`Fit to the model’s ${isSquare ? 'square' : 'oblong'}`}
        labelPlace="above"
        value={mode}
        choices={fits}
        onChange={choose}
      />
      {mode === 'region' && (
        <Button onClick={() => session.pictures.setEditingRegion(!isEditing)}>
          {isEditing ? 'Done drawing' : 'Change the crop'}
        </Button>
      )}
    </div>
  );
}

function modeOf(fit: Fit): FitMode {
  return fit.mode === 'reference' ? 'stretch' : fit.mode;
}
