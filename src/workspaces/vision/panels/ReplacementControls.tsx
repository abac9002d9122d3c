import { changeOfHead, withHead, type HeadPlace } from '../../../engine/attention-changes.ts';
import { largestTemperature, smallestTemperature } from '../../../engine/changes-link.ts';
import { initialReplacement, keptTemperature } from '../../../engine/replacement-choice.ts';
import type { Replacement } from '../../../engine/what-if-protocol.ts';
import { ReplacementControls as Controls } from '../../../views/attention-changes/ReplacementControls.tsx';
import { useSession, useVision } from '../use-vision.ts';

/** What takes the place of a head's own weights. */
export function ReplacementControls({ place }: { readonly place: HeadPlace }) {
  const session = useSession();
  const replacement = useVision(
    (state) => changeOfHead(state.changes.present, place)?.replacement ?? null,
  );
  const canCompare = useVision((state) => Boolean(state.compare?.picture));
  const whyNot = canCompare ? null : 'Open another picture in the comparison first.';
  const set = (next: Replacement | null, isDrag = false): void =>
    session.changes.edit(
      (changes) => withHead(changes, place, { replacement: next }),
      isDrag ? `replacement ${place.layer} ${place.head}` : null,
    );
  return (
    <Controls
      replacement={replacement}
      otherRun={{ label: 'Of the compared picture', whyNot }}
      temperatures={{ smallest: smallestTemperature, largest: largestTemperature }}
      onKind={(kind) => set(initialReplacement(kind))}
      onSeed={(seed) => set({ kind: 'permuted', seed }, true)}
      onTemperature={(temperature) =>
        set({ kind: 'temperature', temperature: keptTemperature(temperature) }, true)
      }
    />
  );
}
