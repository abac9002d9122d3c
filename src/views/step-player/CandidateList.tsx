import { useId, type ReactNode } from 'react';
import { classNames } from '../controls/class-names.ts';
import { isInvisible, showWhiteSpace, visibleToken } from '../tokens/visible-text.ts';
import styles from './StepPlayer.module.css';

/** A token that may come next. */
export interface StepCandidate {
  readonly text: string;
  /** 0 to 1. */
  readonly probability: number;
}

export interface CandidateListProps {
  readonly candidates: readonly StepCandidate[];
  readonly chosenIndex: number | null;
  readonly onChoose: (candidateIndex: number) => void;
}

/** The next tokens with their probabilities, as buttons. */
export function CandidateList({
  candidates,
  chosenIndex,
  onChoose,
}: CandidateListProps): ReactNode {
  const nameId = useId();
  if (candidates.length === 0) return null;
  return (
    <div className={styles.candidates}>
      <span id={nameId} className={styles.name}>
        Next token
      </span>
      {/* A list without bullets is no list to VoiceOver unless it says so. */}
      {/* oxlint-disable-next-line jsx-a11y/no-redundant-roles */}
      <ul role="list" aria-labelledby={nameId}>
        {candidates.map(({ text, probability }, index) => (
          // Two tokens may have the same text: the place tells them apart.
          // oxlint-disable-next-line react/no-array-index-key
          <li key={index}>
            <button
              type="button"
              aria-pressed={index === chosenIndex}
              className={classNames(styles.candidate, index === chosenIndex && styles.chosen)}
              onClick={() => onChoose(index)}
            >
              <bdi>{isInvisible(text) ? visibleToken(text) : showWhiteSpace(text)}</bdi>{' '}
              <span className={styles.probability}>{shortProbability(probability)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Two decimals; what would round to nothing is said to be smaller. */
function shortProbability(probability: number): string {
  if (Number.isNaN(probability)) return '–';
  return probability > 0 && probability < 0.005 ? '<0.01' : probability.toFixed(2);
}
