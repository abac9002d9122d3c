import { changeOfHead, withHead, type HeadPlace } from '../../../engine/attention-changes.ts';
import { largestTemperature, smallestTemperature } from '../../../engine/changes-link.ts';
import {
  initialReplacement,
  temperatureOf,
  type ReplacementKind,
} from '../../../engine/replacement-choice.ts';
import type { Replacement } from '../../../engine/what-if-protocol.ts';
import { formatValue } from '../../../math/format-number.ts';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { useSession, useVision } from '../use-vision.ts';
import styles from './ChangesPanel.module.css';

const largestSeed = 20;

/** What takes the place of a head's own weights. */
export function ReplacementControls({ place }: { readonly place: HeadPlace }) {
  const session = useSession();
  const replacement = useVision(
    (state) => changeOfHead(state.changes.present, place)?.replacement ?? null,
  );
  const canCompare = useVision((state) => Boolean(state.compare?.picture));
  const set = (next: Replacement | null, isDrag = false): void =>
    session.changes.edit(
      (changes) => withHead(changes, place, { replacement: next }),
      isDrag ? `replacement ${place.layer} ${place.head}` : null,
    );
  const kind: ReplacementKind = replacement?.kind ?? 'own';
  return (
    <div className={styles.replacement}>
      <Select
        label="Weights"
        value={kind}
        choices={[
          { value: 'own', label: 'Its own' },
          { value: 'uniform', label: 'Uniform' },
          { value: 'permuted', label: 'Permuted' },
          { value: 'one-hot', label: 'One-hot' },
          { value: 'temperature', label: 'With temperature' },
          {
            value: 'other-run',
            label: 'Of the compared picture',
            disabled: !canCompare && kind !== 'other-run',
            title: canCompare ? undefined : 'Open another picture in the comparison first.',
          },
        ]}
        onChange={(next) => set(initialReplacement(next))}
      />
      {replacement?.kind === 'permuted' && (
        <Slider
          label="Seed"
          min={1}
          max={Math.max(largestSeed, replacement.seed)}
          value={replacement.seed}
          onChange={(seed) => set({ kind: 'permuted', seed }, true)}
        />
      )}
      {replacement?.kind === 'temperature' && (
        <Slider
          label="Temperature"
          // Equal steps multiply it by the same.
          min={Math.log10(smallestTemperature)}
          max={Math.log10(largestTemperature)}
          step={0.01}
          value={Math.log10(replacement.temperature)}
          format={(power) => formatValue(10 ** power, 2)}
          onChange={(power) =>
            set({ kind: 'temperature', temperature: temperatureOf(power) }, true)
          }
        />
      )}
    </div>
  );
}
