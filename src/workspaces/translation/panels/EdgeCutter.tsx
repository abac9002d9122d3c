import { useState } from 'react';
import { hasCut, withCut, withoutCut, withTokens } from '../../../engine/attention-changes.ts';
import type { EdgeCut } from '../../../engine/what-if-protocol.ts';
import { visibleToken } from '../../../views/tokens/visible-text.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { useAxes } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './AttentionPanel.module.css';

function tokensOfUnit(units: readonly number[], unit: number): number[] {
  return units.flatMap((other, token) => (other === unit ? [token] : []));
}

/** What can be done to the pinned cell: its edge is cut, its source token hidden. */
export function EdgeCutter() {
  const session = useSession();
  const pinned = useTranslation((state) => state.pinned);
  const stack = useTranslation((state) => state.stack);
  const { layer, head, isMean } = useTranslation((state) => state.main.heads[state.stack]);
  const changes = useTranslation((state) => state.changes.present);
  const axes = useAxes('main');
  const [isWholeLayer, setWholeLayer] = useState(false);
  if (!axes || !pinned || pinned.query === null || pinned.key === null) return null;
  const [row, column] = [axes.query.units[pinned.query], axes.key.units[pinned.key]];
  if (row === undefined || column === undefined) return null;
  const queries = tokensOfUnit(axes.query.units, row);
  const keys = tokensOfUnit(axes.key.units, column);
  // A word is cut from a word by cutting all of their pieces from each other.
  const cuts = queries.flatMap((query) =>
    keys
      .filter((key) => stack !== 'decoder' || key <= query)
      .map((key): EdgeCut => ({
        stack,
        layer,
        head: isWholeLayer || isMean ? null : head,
        query,
        key,
      })),
  );
  const isCut = cuts.every((cut) => hasCut(changes, cut));
  const isHidden = keys.every((key) => changes.hiddenTokens.includes(key));
  const names = [axes.query.labels[row], axes.key.labels[column]].map((label) =>
    visibleToken(label ?? ''),
  );
  return (
    <div className={styles.row}>
      <Button
        onClick={() =>
          session.changes.edit((present) =>
            cuts.reduce((after, cut) => (isCut ? withoutCut : withCut)(after, cut), present),
          )
        }
      >
        {isCut ? 'Mend' : 'Cut'} <bdi>{names[0]}</bdi> → <bdi>{names[1]}</bdi>
      </Button>
      <Switch
        label="In every head of the layer"
        checked={isWholeLayer || isMean}
        disabled={isMean}
        onChange={setWholeLayer}
      />
      {stack !== 'decoder' && (
        <Button
          onClick={() => session.changes.edit((present) => withTokens(present, keys, !isHidden))}
        >
          {isHidden ? 'Show' : 'Hide'} <bdi>{names[1]}</bdi>
        </Button>
      )}
    </div>
  );
}
