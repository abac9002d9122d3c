import { colourMaps } from '../../../math/colour-maps.ts';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { useLensDescription } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './AttentionPanel.module.css';

/** How the matrix, or the ribbons, are drawn. */
export function DisplayControls() {
  const session = useSession();
  const display = useTranslation((state) => state.display);
  return (
    <div className={styles.row}>
      <Switch
        label="Merge subwords"
        checked={display.isMerged}
        onChange={(isMerged) => session.view.setDisplay({ isMerged })}
      />
      {display.view === 'matrix' ? <MatrixControls /> : <RibbonControls />}
    </div>
  );
}

function MatrixControls() {
  const session = useSession();
  const display = useTranslation((state) => state.display);
  const lens = useLensDescription();
  return (
    <>
      <Select
        label="Colours"
        // What has a sign is drawn from blue to red.
        disabled={lens?.signed === true}
        value={display.colourMap}
        choices={colourMaps
          .filter(({ kind }) => kind === 'sequential')
          .map(({ name, title }) => ({ value: name, label: title }))}
        onChange={(name) => session.view.setDisplay({ colourMap: name })}
      />
      <Select
        label="Scale"
        value={display.scale}
        choices={[
          { value: 'linear', label: lens ? 'Linear' : 'Linear, 0 to 1' },
          { value: 'log', label: 'Log' },
          { value: 'quantile', label: 'Quantile' },
        ]}
        onChange={(scale) => session.view.setDisplay({ scale })}
      />
    </>
  );
}

function RibbonControls() {
  const session = useSession();
  const { ribbonRule, ribbonThreshold, ribbonCount } = useTranslation((state) => state.display);
  return (
    <>
      <SegmentedControl
        label="Lines"
        value={ribbonRule}
        choices={[
          { value: 'threshold', label: 'Above a threshold' },
          { value: 'top', label: 'Top of each token' },
        ]}
        onChange={(rule) => session.view.setDisplay({ ribbonRule: rule })}
      />
      {ribbonRule === 'threshold' ? (
        <Slider
          label="Threshold"
          compact
          min={0}
          max={1}
          step={0.01}
          value={ribbonThreshold}
          format={(value) => value.toFixed(2)}
          onChange={(value) => session.view.setDisplay({ ribbonThreshold: value })}
        />
      ) : (
        <Slider
          label="Lines a token"
          compact
          min={1}
          max={10}
          value={ribbonCount}
          onChange={(value) => session.view.setDisplay({ ribbonCount: value })}
        />
      )}
    </>
  );
}
