import { withHead, withoutCut, withTokens } from '../../../engine/attention-changes.ts';
import { headChangeInWords } from '../../../engine/head-change-in-words.ts';
import type { EdgeCut, HeadChange } from '../../../engine/what-if-protocol.ts';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import { startLabel } from '../attention-view.ts';
import type { ShownSentence } from '../shown.ts';
import { tokenName } from '../token-name.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { stackTitles } from '../words.ts';
import styles from './ChangesPanel.module.css';

interface Entry {
  readonly words: string;
  readonly takeBack: () => void;
}

/** Heads of a layer with the same change make one entry. */
function groupHeads(heads: readonly HeadChange[]): HeadChange[][] {
  const groups = new Map<string, HeadChange[]>();
  for (const change of heads.toSorted((a, b) => a.layer - b.layer || a.head - b.head)) {
    const key = `${change.stack} ${change.layer} ${headChangeInWords(change, 'run')}`;
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

function placeInWords({ stack, layer }: Pick<HeadChange, 'stack' | 'layer'>): string {
  const title = stack === 'self' ? 'Self-attention' : stackTitles[stack];
  return `${title}, layer ${layer + 1}`;
}

function cutInWords(cut: EdgeCut, { source, target }: ShownSentence): string {
  const { stack, head, query, key } = cut;
  const asking = tokenName(stack === 'encoder' ? source : target, query);
  const read =
    stack !== 'decoder'
      ? tokenName(source, key)
      : key === 0
        ? startLabel
        : tokenName(target, key - 1);
  const heads = head === null ? 'all heads' : `head ${head + 1}`;
  return `${placeInWords(cut)}, ${heads}: “${asking}” no longer sees “${read}”`;
}

/** All that was changed, each with a button that takes it back. */
export function ChangesList() {
  const session = useSession();
  const changes = useTranslation((state) => state.changes.present);
  const info = useTranslation((state) => state.main.info);
  const shown = useShown('main');
  if (!info || !shown) return null;
  const heads = groupHeads(changes.heads).flatMap((group): Entry[] => {
    const [first] = group;
    if (!first) return [];
    const size = first.stack === 'self' ? null : info.stacks[first.stack];
    const which =
      group.length > 1 && group.length === size?.headCount
        ? 'all heads'
        : `head${group.length > 1 ? 's' : ''} ${group.map(({ head }) => head + 1).join(', ')}`;
    return [
      {
        words: `${placeInWords(first)}, ${which}: ${headChangeInWords(first, 'run')}`,
        takeBack: () =>
          session.changes.edit((present) =>
            group.reduce(
              (after, change) => withHead(after, change, { scale: 1, replacement: null }),
              present,
            ),
          ),
      },
    ];
  });
  const cuts = changes.cuts.map((cut): Entry => ({
    words: cutInWords(cut, shown),
    takeBack: () => session.changes.edit((present) => withoutCut(present, cut)),
  }));
  const hidden = changes.hiddenTokens;
  const tokens: Entry[] =
    hidden.length === 0
      ? []
      : [
          {
            words: `Hidden: ${hidden.map((token) => `“${tokenName(shown.source, token)}”`).join(', ')}`,
            takeBack: () => session.changes.edit((present) => withTokens(present, hidden, false)),
          },
        ];
  const entries = [...heads, ...cuts, ...tokens];
  if (entries.length === 0) return null;
  return (
    <ul className={styles.list} aria-label="Changes">
      {entries.map(({ words, takeBack }, index) => (
        // Two tokens may be spelled alike: the place tells them apart.
        // oxlint-disable-next-line react/no-array-index-key
        <li key={`${words} ${index}`}>
          <span>{words}</span>
          <IconButton label={`Take back: ${words}`} icon="close" onClick={takeBack} />
        </li>
      ))}
    </ul>
  );
}
