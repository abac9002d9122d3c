import { Button } from '../../../views/controls/Button.tsx';
import { withCode } from '../language-code.ts';
import { samplesFor } from '../samples.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import styles from './Samples.module.css';

/** Sentences that show something, in the language that the model reads. */
export function Samples() {
  const session = useSession();
  const text = useTranslation((state) => state.text);
  const from = useTranslation((state) => state.main.model.from);
  const samples = samplesFor(from);
  if (samples.length === 0) return null;
  return (
    // A list without bullets is no list to VoiceOver unless it says so.
    // oxlint-disable-next-line jsx-a11y/no-redundant-roles
    <ul role="list" aria-label="Samples" className={styles.samples}>
      {samples.map((sample) => (
        <li key={sample.id}>
          <Button
            aria-pressed={sample.text === withCode(text, null)}
            title={sample.shows}
            onClick={() => session.text.setSample(sample.text)}
          >
            {sample.title}
          </Button>
        </li>
      ))}
    </ul>
  );
}
