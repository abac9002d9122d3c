import { useMemo, useState } from 'react';
import { hasCut, withCut } from '../../../engine/attention-changes.ts';
import { Button } from '../../../views/controls/Button.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Switch } from '../../../views/controls/Switch.tsx';
import { useSession, useVision } from '../use-vision.ts';
import { tokenName } from '../words.ts';
import styles from './EdgeCutter.module.css';

const none = '';

/** Cuts the edge from the query to a key: the one clicked in the matrix, or chosen here. */
export function EdgeCutter() {
  const session = useSession();
  const run = useVision((state) => state.main.run);
  const { layer, head } = useVision((state) => state.main.view);
  const query = useVision((state) => state.query);
  const key = useVision((state) => state.pinnedKey);
  const changes = useVision((state) => state.changes.present);
  const [isWholeLayer, setWholeLayer] = useState(false);
  const choices = useMemo(
    () => [
      { value: none, label: 'click a cell, or choose' },
      ...Array.from({ length: run?.tokenCount ?? 0 }, (_, token) => ({
        value: String(token),
        label: run ? tokenName(token, run.specialTokens, run.geometry) : '',
      })),
    ],
    [run],
  );
  if (!run) return null;
  const cut =
    key === null
      ? null
      : { stack: 'self' as const, layer, head: isWholeLayer ? null : head, query, key };
  const isCut = cut !== null && hasCut(changes, cut);
  return (
    <div className={styles.cutter}>
      <Select
        label={`${tokenName(query, run.specialTokens, run.geometry)} → key`}
        value={key === null ? none : String(key)}
        choices={choices}
        onChange={(value) => session.view.pinKey(value === none ? null : Number(value))}
      />
      <Switch label="In every head of the layer" checked={isWholeLayer} onChange={setWholeLayer} />
      <Button
        disabled={cut === null || isCut}
        onClick={() => cut && session.changes.edit((present) => withCut(present, cut))}
      >
        Cut this edge
      </Button>
      {isCut && <span className={styles.note}>It is cut.</span>}
    </div>
  );
}
