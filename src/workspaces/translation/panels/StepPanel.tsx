import { useCallback, useMemo } from 'react';
import { Panel } from '../../../views/panel/Panel.tsx';
import { StepPlayer } from '../../../views/step-player/StepPlayer.tsx';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';

const noSteps: readonly never[] = [];

/** Decoding step by step, and what the model might have said in place of each token. */
export function StepPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const shown = useShown('main');
  const isLive = useTranslation((state) => state.main.live !== null);
  const targetToken = useTranslation((state) => state.targetToken);
  const isPlaying = useTranslation((state) => state.isPlaying);
  const steps = shown?.steps ?? noSteps;
  const step = isLive ? steps.length - 1 : targetToken;
  const here = steps[step];
  const candidates = useMemo(() => here?.candidates ?? noSteps, [here]);
  const chosen = candidates.findIndex(({ token }) => token === here?.token);
  const choose = useCallback(
    (index: number) => {
      const candidate = candidates[index];
      if (candidate) void session.target.continueWith(candidate.token);
    },
    [session, candidates],
  );
  const goTo = useCallback((next: number) => session.view.selectTargetToken(next), [session]);
  const play = useCallback((playing: boolean) => session.view.setPlaying(playing), [session]);
  return (
    <Panel
      title="Steps"
      note="click another token, and the translation goes on from it"
      className={className}
    >
      <StepPlayer
        stepCount={steps.length}
        step={Math.max(0, step)}
        isPlaying={isPlaying}
        onStep={goTo}
        onPlayingChange={play}
        candidates={candidates}
        chosenIndex={chosen < 0 ? null : chosen}
        onChoose={choose}
      />
    </Panel>
  );
}
