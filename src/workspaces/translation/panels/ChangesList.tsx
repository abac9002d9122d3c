import { withoutCut, withoutHeads, withTokens } from '../../../engine/attention-changes.ts';
import { headChangeInWords, headsChangedAlike } from '../../../engine/head-change-in-words.ts';
import type { EdgeCut, HeadChange } from '../../../engine/what-if-protocol.ts';
import {
  ChangesList as List,
  type ListedChange,
} from '../../../views/attention-changes/ChangesList.tsx';
import { startLabel } from '../attention-view.ts';
import type { ShownSentence } from '../shown.ts';
import { tokenName } from '../token-name.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { stackTitles } from '../words.ts';

type Entry = Omit<ListedChange, 'key'>;

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
  const heads = headsChangedAlike(changes.heads, 'run').map((group): Entry => {
    const [first] = group;
    const size = first.stack === 'self' ? null : info.stacks[first.stack];
    const which =
      group.length > 1 && group.length === size?.headCount
        ? 'all heads'
        : `head${group.length > 1 ? 's' : ''} ${group.map(({ head }) => head + 1).join(', ')}`;
    return {
      words: `${placeInWords(first)}, ${which}: ${headChangeInWords(first, 'run')}`,
      takeBack: () => session.changes.edit((present) => withoutHeads(present, group)),
    };
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
  // Two tokens may be spelled alike: the place tells them apart.
  const entries = [...heads, ...cuts, ...tokens].map((entry, index) => ({
    ...entry,
    key: `${entry.words} ${index}`,
  }));
  return <List entries={entries} />;
}
