import { useMemo } from 'react';
import type { TranslationModelInfo } from '../../../engine/translation-protocol.ts';
import { formatValue } from '../../../math/format-number.ts';
import { Panel } from '../../../views/panel/Panel.tsx';
import { Button } from '../../../views/controls/Button.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Slider } from '../../../views/controls/Slider.tsx';
import { codeOfText, nameOfCode } from '../language-code.ts';
import { targetLines } from '../shown.ts';
import { largestBeamCount } from '../state.ts';
import { useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { TargetTokens } from './Tokens.tsx';
import styles from './TextPanel.module.css';

/** No code that the model knows stands in front. */
const none = '';

/** The translation, which may be edited: what is written there is scored token by token. */
export function TargetPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const draft = useTranslation((state) => state.draft);
  const live = useTranslation((state) => state.main.live);
  const run = useTranslation((state) => state.main.run);
  const sentence = useTranslation((state) => state.sentence);
  const hypothesis = useTranslation((state) => state.hypothesis);
  const title = useTranslation(({ main, text }) => {
    const code = codeInUse(main.info, text);
    return (code !== null ? nameOfCode(code) : main.model.to) ?? 'Target';
  });
  const beamCount = useTranslation((state) => state.beamCount);
  const text = useMemo(
    () => draft ?? targetLines({ live, run }, sentence, hypothesis).join('\n'),
    [draft, live, run, sentence, hypothesis],
  );
  return (
    <Panel
      title={title}
      note="underline: probability of each token"
      className={className}
      tools={
        <>
          <LanguageChoice />
          <Slider
            label="Beam size"
            compact
            min={1}
            max={largestBeamCount}
            value={beamCount}
            onChange={(count) => session.text.setBeamCount(count)}
          />
          <Button look="primary" onClick={() => void session.text.translate()}>
            Translate
          </Button>
        </>
      }
    >
      <textarea
        aria-label="Target text"
        className={styles.text}
        rows={2}
        dir="auto"
        spellCheck={false}
        value={text}
        readOnly={!run}
        onChange={(event) => session.target.setTarget(event.currentTarget.value)}
      />
      <TargetTokens />
      <Score />
    </Panel>
  );
}

/** The code that the text begins with, if the model has it. */
function codeInUse(info: TranslationModelInfo | null, text: string): string | null {
  const code = codeOfText(text);
  return code !== null && info?.languageCodes.includes(code) === true ? code : null;
}

/** What a model of several target languages translates into: the code in front of the source. */
function LanguageChoice() {
  const session = useSession();
  const codes = useTranslation((state) => state.main.info?.languageCodes);
  const code = useTranslation((state) => codeInUse(state.main.info, state.text));
  if (!codes || codes.length === 0) return null;
  return (
    <Select
      label="Into"
      value={code ?? none}
      choices={[
        ...(code !== null ? [] : [{ value: none, label: 'not said' }]),
        ...codes.map((value) => ({ value, label: nameOfCode(value) })),
      ]}
      onChange={(value) => session.text.setLanguageCode(value)}
    />
  );
}

/** Who wrote the target, and how likely the model holds it. */
function Score() {
  const session = useSession();
  const shown = useShown('main');
  const sentence = useTranslation((state) => state.sentence);
  const origin = useTranslation((state) => state.main.origins[sentence] ?? 'model');
  const isOwn = useTranslation((state) => state.main.origins.every((each) => each === 'model'));
  if (!shown) return null;
  const total = shown.steps.reduce((sum, { logProbability }) => sum + logProbability, 0);
  const writers = {
    model: 'Edit the text to score your own words.',
    continued: 'You chose a token; the model went on from there.',
    forced: 'You wrote this; the model scored it.',
  };
  return (
    <div className={styles.row}>
      <p className={styles.hint}>
        Log probability {formatValue(total)} nats over {shown.steps.length} tokens.{' '}
        {writers[origin]}
      </p>
      {!isOwn && (
        <Button look="text" onClick={() => void session.text.translate()}>
          Back to the model’s own
        </Button>
      )}
    </div>
  );
}
