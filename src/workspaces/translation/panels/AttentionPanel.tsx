import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import { formatValue } from '../../../math/format-number.ts';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import { Menu } from '../../../views/controls/Menu.tsx';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { attentionExport } from '../export-alignment.ts';
import { occlusionAgreement } from '../lens-view.ts';
import { changedHere } from '../shown.ts';
import { usePointed } from '../use-pointing.ts';
import {
  useAttentionView,
  useLensDescription,
  useMatrixColours,
  useMatrixScale,
  useShown,
} from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { describePointed, nameHead, nameLens, stackTitles } from '../words.ts';
import { AttentionFigure } from './AttentionFigure.tsx';
import { ComparedPane } from './ComparedPane.tsx';
import styles from './AttentionPanel.module.css';
import { DisplayControls } from './DisplayControls.tsx';
import { NewTranslationPane } from './NewTranslationPane.tsx';
import { EdgeCutter } from './EdgeCutter.tsx';
import { LensChoice, LensParameters, LensProgress } from './LensControls.tsx';
import { WeightsChoice } from './WeightsChoice.tsx';

/** What every token looked at: the heart of the workspace. */
export function AttentionPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state.main.info);
  const choice = useTranslation((state) => state.main.heads[stack]);
  const view = useTranslation((state) => state.display.view);
  const isComparing = useTranslation((state) => state.compare !== null);
  const showsNew = useTranslation((state) => state.display.showsNew && changedHere(state) !== null);
  const lens = useLensDescription();
  const heading = info?.stacks[stack] ? nameHead(info, stack, choice) : undefined;
  // The select says which lens it is.
  const note = lens ? (lens.usesLayer ? nameLens(lens, choice) : undefined) : heading;
  return (
    <Panel
      title="Attention between tokens"
      className={className}
      heading={
        <>
          <Select
            label="Attention"
            labelPlace="unseen"
            value={stack}
            choices={(['cross', 'encoder', 'decoder'] as const).map((value) => ({
              value,
              label: stackTitles[value],
              // The one in view stays, so that a model without it can say why.
              disabled: info !== null && info.stacks[value] === null && value !== stack,
            }))}
            onChange={(value) => session.view.setStack(value)}
          />
          <LensChoice />
        </>
      }
      note={note}
      tools={
        <>
          <SegmentedControl
            label="View"
            value={view}
            choices={[
              { value: 'matrix', label: 'Matrix' },
              { value: 'ribbons', label: 'Ribbons' },
            ]}
            onChange={(chosen) => session.view.setDisplay({ view: chosen })}
          />
          <IconButton
            label="Compare"
            icon="compare"
            pressed={isComparing}
            onClick={() =>
              isComparing ? session.models.closeCompare() : session.models.openCompare()
            }
          />
          <Menu label="Save the attention" icon="download" items={attentionExport(session)} />
        </>
      }
    >
      <LensParameters />
      <WeightsChoice />
      <LensProgress />
      <div className={isComparing || showsNew ? styles.two : styles.one}>
        <div className={styles.pane}>
          {(isComparing || showsNew) && <MainTitle />}
          <AttentionFigure side="main" />
        </div>
        {showsNew && <NewTranslationPane />}
        {isComparing && <ComparedPane />}
      </div>
      <Legend />
      <EdgeCutter />
      <DisplayControls />
    </Panel>
  );
}

/** Which model, and which of its targets, the left matrix is of. */
function MainTitle() {
  const title = useTranslation((state) => state.main.model.title);
  const target = useShown('main')?.target.text;
  return (
    <>
      <p className={styles.modelTitle}>{title}</p>
      <p className={styles.target} dir="auto">
        {target}
      </p>
    </>
  );
}

function Legend() {
  const view = useAttentionView('main');
  const scale = useMatrixScale();
  const colours = useMatrixColours('main');
  const pointed = usePointed();
  const lens = useLensDescription();
  const isMatrix = useTranslation((state) => state.display.view === 'matrix');
  const isMerged = useTranslation((state) => state.display.isMerged);
  if (!view) return null;
  const pieces = isMerged ? 'words merged from pieces' : 'pieces of words';
  return (
    <>
      {isMatrix && (
        <ColourBar
          scale={scale}
          colourMap={colours}
          unit={lens ? lens.unit : 'attention'}
          note={lens ? pieces : `rows sum to 1 · ${pieces}`}
        />
      )}
      {lens && !isMatrix && (
        <p className={styles.title}>
          Against the largest value; what is negative is left out. The matrix has the numbers.
        </p>
      )}
      <Agreement />
      <p className={styles.words}>{describePointed(view, pointed, lens !== null)}</p>
    </>
  );
}

/** How far what is seen ranks source tokens as occlusion does, once that was measured. */
function Agreement() {
  const state = useTranslation(
    useShallow(
      ({
        main,
        compare,
        sentence,
        hypothesis,
        changed,
        weightsOf,
        stack,
        lens,
        lensOptions,
        lensMap,
        occlusionMap,
      }) => ({
        main,
        compare,
        sentence,
        hypothesis,
        changed,
        weightsOf,
        stack,
        lens,
        lensOptions,
        lensMap,
        occlusionMap,
      }),
    ),
  );
  const tau = useMemo(() => occlusionAgreement(state), [state]);
  if (tau === null) return null;
  return (
    <p className={styles.title}>
      Kendall’s τ with Occlusion, mean over target tokens: {formatValue(tau, 2)}. 1 ranks source
      tokens alike, 0 is chance.
    </p>
  );
}
