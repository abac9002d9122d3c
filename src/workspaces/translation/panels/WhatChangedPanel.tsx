import { useMemo } from 'react';
import { isUnchanged } from '../../../engine/attention-changes.ts';
import type { ForcedChange } from '../../../engine/translation-protocol.ts';
import { formatPercent, formatValue } from '../../../math/format-number.ts';
import { diffWords } from '../../../math/word-diff.ts';
import { ExplainedFigures } from '../../../views/figures/ExplainedFigures.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { ChangedTokens } from '../../../views/what-changed/ChangedTokens.tsx';
import { TextDiff } from '../../../views/what-changed/TextDiff.tsx';
import { changesInWords } from '../changes-in-words.ts';
import { changedHere } from '../shown.ts';
import { tokenName } from '../token-name.ts';
import { useTranslation } from '../use-translation.ts';
import styles from './WhatChangedPanel.module.css';

const accounts = {
  old: 'The sum over the old target’s tokens, each after the tokens before it as they were: how much less, or more, likely the model now holds it.',
  first:
    'Half the sum of all differences between the two distributions of the first target token. 0 is the same answer, 100 % another one altogether.',
  mean: 'The mean over all places of the old target, the tokens before each given.',
} as const;

/** What the changes did to the translation. */
export function WhatChangedPanel({ className }: { readonly className?: string | undefined }) {
  const run = useTranslation((state) => state.main.run);
  const isChanged = useTranslation((state) => !isUnchanged(state.changes.present));
  const changed = useTranslation(changedHere);
  if (!run) return null;
  return (
    <Panel title="What changed" className={className}>
      {!isChanged && (
        <p className={styles.quiet}>
          Nothing is changed. Switch off a head in the grid, hide a source token or cut an edge in
          the matrix: what it does to the translation stands here.
        </p>
      )}
      {isChanged && !changed && <p className={styles.quiet}>Translating with your changes…</p>}
      {isChanged && changed && <Changes />}
    </Panel>
  );
}

function Changes() {
  const changed = useTranslation(changedHere);
  const info = useTranslation((state) => state.main.info);
  const after = changed?.result.sentence.hypotheses[0]?.target.text ?? '';
  const before = changed?.base.target.text ?? '';
  const parts = useMemo(() => diffWords(before, after), [before, after]);
  const tokens = useMemo(
    () =>
      changed?.result.tokens.map((token, index) => ({
        ...token,
        label: tokenName(changed.base.target, index),
      })) ?? [],
    [changed],
  );
  if (!changed || !info) return null;
  const { changes, result } = changed;
  const words = changesInWords(changes, info, result.sentence.source.ids.length, result.tokens);
  const isSame = parts.every(({ kind }) => kind === 'same');
  return (
    <div className={styles.two}>
      <div className={styles.part}>
        {words && <p className={styles.said}>{words}</p>}
        <TextDiff parts={parts} />
        <p className={styles.quiet}>
          {isSame
            ? 'The best translation reads as before.'
            : 'The best translation now, against the one before.'}
        </p>
        <Figures tokens={result.tokens} />
      </div>
      <ChangedTokens tokens={tokens} />
    </div>
  );
}

function Figures({ tokens }: { readonly tokens: readonly ForcedChange[] }) {
  const [first] = tokens;
  if (!first) return null;
  const sum = (of: (token: ForcedChange) => number): number =>
    tokens.reduce((total, token) => total + of(token), 0);
  const [before, after] = [sum((token) => token.before), sum((token) => token.after)];
  const mean = sum(({ totalVariation }) => totalVariation) / tokens.length;
  return (
    <ExplainedFigures
      figures={[
        {
          name: 'Old target, Δ log probability',
          value: `${formatValue(after - before)} nats`,
          beside: `from ${formatValue(before)} to ${formatValue(after)}`,
          account: accounts.old,
        },
        {
          name: 'Total variation, first token',
          value: formatPercent(first.totalVariation),
          account: accounts.first,
        },
        { name: 'Total variation, mean', value: formatPercent(mean), account: accounts.mean },
      ]}
    />
  );
}
