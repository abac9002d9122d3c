import { Panel } from '../../../views/panel/Panel.tsx';
import { useSession, useTranslation } from '../use-translation.ts';
import { stretchOf } from '../source-stretch.ts';
import styles from './ChoiceList.module.css';

/** The sentences of a longer text; the chosen one is what every view shows. */
export function SentencesPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const sentences = useTranslation((state) => state.main.run?.sentences ?? null);
  const chosen = useTranslation((state) => state.sentence);
  if (!sentences || sentences.length < 2) return null;
  return (
    <Panel
      title="Sentences"
      note={`each of the ${sentences.length} is translated by itself`}
      className={className}
    >
      {/* oxlint-disable-next-line jsx-a11y/no-redundant-roles */}
      <ol role="list" aria-label="Sentences" className={styles.list}>
        {sentences.map(({ source, hypotheses }, index) => (
          // A text may say the same twice: the place tells them apart.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <button
              type="button"
              className={styles.choice}
              aria-pressed={index === chosen}
              onClick={() => session.view.selectSentence(index)}
            >
              <span>
                <bdi>{stretchOf(source).text}</bdi>{' '}
                <bdi className={styles.quiet}>{hypotheses[0]?.target.text}</bdi>
              </span>
              <span className={styles.quiet}>{source.ids.length} tokens</span>
            </button>
          </li>
        ))}
      </ol>
    </Panel>
  );
}
