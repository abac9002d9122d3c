import { memo, type KeyboardEvent, type ReactNode } from 'react';
import { Button } from '../controls/Button.tsx';
import { Icon } from '../controls/Icon.tsx';
import { IconButton } from '../controls/IconButton.tsx';
import { Slider } from '../controls/Slider.tsx';
import { CandidateList, type StepCandidate } from './CandidateList.tsx';
import { usePlaying } from './use-playing.ts';
import styles from './StepPlayer.module.css';

export interface StepPlayerProps {
  readonly stepCount: number;
  /** Counted from 0; shown from 1. */
  readonly step: number;
  readonly isPlaying: boolean;
  readonly onStep: (step: number) => void;
  /** Also called with `false` when playing has come to the last step. */
  readonly onPlayingChange: (isPlaying: boolean) => void;
  /** Best first, as many as are to be shown. Memoise it. */
  readonly candidates: readonly StepCandidate[];
  /** Position in `candidates`; null where none of them was taken. */
  readonly chosenIndex: number | null;
  readonly onChoose: (candidateIndex: number) => void;
  /** While playing. */
  readonly stepMs?: number;
  readonly label?: string;
}

/**
 * Back, play, forward and a scrubber through the steps of decoding, and what the model might have
 * said at this one.
 */
export const StepPlayer = memo(function StepPlayer({
  stepCount,
  step,
  isPlaying,
  onStep,
  onPlayingChange,
  candidates,
  chosenIndex,
  onChoose,
  stepMs = 600,
  label = 'Step player',
}: StepPlayerProps): ReactNode {
  usePlaying({ isPlaying, stepCount, step, stepMs, onStep, onPlayingChange });
  const last = stepCount - 1;
  const isEmpty = stepCount <= 0;
  const toggle = () => {
    if (isEmpty) return;
    // At the end it plays once more from the start.
    if (!isPlaying && step >= last && last > 0) onStep(0);
    onPlayingChange(!isPlaying);
  };
  const goTo = (next: number) => {
    if (isPlaying) onPlayingChange(false);
    onStep(Math.max(0, Math.min(last, next)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    // On a button the space bar presses that button.
    if (event.key !== ' ' || event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    event.stopPropagation();
    toggle();
  };
  return (
    // A fieldset is for the parts of a form; the controls inside take the keys.
    // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/no-noninteractive-element-interactions
    <div role="group" aria-label={label} className={styles.player} onKeyDown={onKeyDown}>
      <div className={styles.transport}>
        <IconButton
          label="Step back"
          icon="step-back"
          disabled={isEmpty || step <= 0}
          className={styles.outlined}
          onClick={() => goTo(step - 1)}
        />
        <Button
          look="primary"
          aria-label={isPlaying ? 'Pause' : 'Play'}
          title={isPlaying ? 'Pause' : 'Play'}
          disabled={isEmpty}
          onClick={toggle}
        >
          <Icon name={isPlaying ? 'pause' : 'play'} />
        </Button>
        <IconButton
          label="Step forward"
          icon="step-forward"
          disabled={isEmpty || step >= last}
          className={styles.outlined}
          onClick={() => goTo(step + 1)}
        />
      </div>
      <div className={styles.scrubber}>
        <Slider
          label="Step"
          value={isEmpty ? 0 : step + 1}
          min={isEmpty ? 0 : 1}
          max={Math.max(0, stepCount)}
          disabled={isEmpty}
          format={(value) => `${value} / ${stepCount}`}
          onChange={(value) => goTo(value - 1)}
        />
      </div>
      <CandidateList candidates={candidates} chosenIndex={chosenIndex} onChoose={onChoose} />
    </div>
  );
});
