import { withHead, withoutCut, withTokens } from '../../../engine/attention-changes.ts';
import { headChangeInWords } from '../../../engine/head-change-in-words.ts';
import type { EdgeCut, HeadChange } from '../../../engine/what-if-protocol.ts';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import { useSession, useVision } from '../use-vision.ts';
import { tokenName } from '../words.ts';
import styles from './ChangesPanel.module.css';

interface Entry {
  readonly key: string;
  readonly words: string;
  readonly takeBack: () => void;
}

const headInWords = (change: HeadChange): string => headChangeInWords(change, 'picture');

/** Heads of a layer with the same change make one entry. */
function groupHeads(heads: readonly HeadChange[]): HeadChange[][] {
  const groups = new Map<string, HeadChange[]>();
  for (const change of heads.toSorted((a, b) => a.layer - b.layer || a.head - b.head)) {
    const key = `${change.layer} ${headInWords(change)}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

/** All that was changed, each with a button that takes it back. */
export function ChangesList() {
  const session = useSession();
  const changes = useVision((state) => state.changes.present);
  const run = useVision((state) => state.main.run);
  if (!run) return null;
  const say = (token: number): string => tokenName(token, run.specialTokens, run.geometry);
  const heads = groupHeads(changes.heads).map((group): Entry => {
    const numbers = group.map(({ head }) => head + 1);
    const which =
      group.length === run.headCount
        ? 'all heads'
        : `head${group.length > 1 ? 's' : ''} ${numbers.join(', ')}`;
    const [first] = group;
    const place = `Layer ${(first?.layer ?? 0) + 1}, ${which}`;
    return {
      key: place,
      words: `${place}: ${first ? headInWords(first) : ''}`,
      takeBack: () =>
        session.changes.edit((present) =>
          group.reduce(
            (after, change) => withHead(after, change, { scale: 1, replacement: null }),
            present,
          ),
        ),
    };
  });
  const cuts = changes.cuts.map((cut): Entry => {
    const words = `${cutPlace(cut)}: ${say(cut.query)} no longer sees ${say(cut.key)}`;
    return {
      key: words,
      words,
      takeBack: () => session.changes.edit((present) => withoutCut(present, cut)),
    };
  });
  const hidden = changes.hiddenTokens.length;
  const patches: Entry[] =
    hidden === 0
      ? []
      : [
          {
            key: 'patches',
            words: `${hidden} ${hidden === 1 ? 'patch' : 'patches'} hidden`,
            takeBack: () =>
              session.changes.edit((present) => withTokens(present, present.hiddenTokens, false)),
          },
        ];
  const entries = [...heads, ...cuts, ...patches];
  if (entries.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="Changes">
      {entries.map(({ key, words, takeBack }) => (
        <li key={key}>
          <span>{words}</span>
          <IconButton label={`Take back: ${words}`} icon="close" onClick={takeBack} />
        </li>
      ))}
    </ul>
  );
}

function cutPlace({ layer, head }: EdgeCut): string {
  return `Layer ${layer + 1}, ${head === null ? 'all heads' : `head ${head + 1}`}`;
}
