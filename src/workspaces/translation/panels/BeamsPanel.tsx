import { formatValue } from '../../../math/format-number.ts';
import { Panel } from '../../../views/panel/Panel.tsx';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './ChoiceList.module.css';

/** The hypotheses that were left at the end, each with its own alignment. */
export function BeamsPanel() {
  const session = useSession();
  const sentence = useTranslation((state) => state.sentence);
  const hypotheses = useTranslation(
    (state) => state.main.run?.sentences[state.sentence]?.hypotheses ?? null,
  );
  const origin = useTranslation((state) => state.main.origins[sentence] ?? 'model');
  const chosen = useTranslation((state) => state.hypothesis);
  if (!hypotheses) return null;
  return (
    <Panel title="Beams" note="score: log probability a token, length penalty included">
      {/* oxlint-disable-next-line jsx-a11y/no-redundant-roles */}
      <ol role="list" aria-label="Hypotheses" className={styles.list}>
        {hypotheses.map(({ target, score, finished }, index) => (
          // Two hypotheses may read alike: the rank tells them apart.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <button
              type="button"
              className={styles.choice}
              aria-pressed={index === chosen}
              onClick={() => session.view.selectHypothesis(index)}
            >
              <bdi>
                {target.text}
                {!finished && origin !== 'forced' && ' …'}
              </bdi>
              <span className={styles.quiet}>{formatValue(score)}</span>
            </button>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
