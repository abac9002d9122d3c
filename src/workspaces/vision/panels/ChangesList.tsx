import { withoutCut, withoutHeads, withTokens } from '../../../engine/attention-changes.ts';
import { headChangeInWords, headsChangedAlike } from '../../../engine/head-change-in-words.ts';
import type { EdgeCut } from '../../../engine/what-if-protocol.ts';
import {
  ChangesList as List,
  type ListedChange,
} from '../../../views/attention-changes/ChangesList.tsx';
import { useSession, useVision } from '../use-vision.ts';
import { tokenName } from '../words.ts';

/** All that was changed, each with a button that takes it back. */
export function ChangesList() {
  const session = useSession();
  const changes = useVision((state) => state.changes.present);
  const run = useVision((state) => state.main.run);
  if (!run) return null;
  const say = (token: number): string => tokenName(token, run.specialTokens, run.geometry);
  const heads = headsChangedAlike(changes.heads, 'picture').map((group): ListedChange => {
    const [first] = group;
    const numbers = group.map(({ head }) => head + 1);
    const which =
      group.length === run.headCount
        ? 'all heads'
        : `head${group.length > 1 ? 's' : ''} ${numbers.join(', ')}`;
    const place = `Layer ${first.layer + 1}, ${which}`;
    return {
      key: place,
      words: `${place}: ${headChangeInWords(first, 'picture')}`,
      takeBack: () => session.changes.edit((present) => withoutHeads(present, group)),
    };
  });
  const cuts = changes.cuts.map((cut): ListedChange => {
    const words = `${cutPlace(cut)}: ${say(cut.query)} no longer sees ${say(cut.key)}`;
    return {
      key: words,
      words,
      takeBack: () => session.changes.edit((present) => withoutCut(present, cut)),
    };
  });
  const hidden = changes.hiddenTokens.length;
  const patches: ListedChange[] =
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
  return <List entries={[...heads, ...cuts, ...patches]} />;
}

function cutPlace({ layer, head }: EdgeCut): string {
  return `Layer ${layer + 1}, ${head === null ? 'all heads' : `head ${head + 1}`}`;
}
