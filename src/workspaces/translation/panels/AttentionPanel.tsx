import { colourMap } from '../../../math/colour-maps.ts';
import { ColourBar } from '../../../views/colour-bar/ColourBar.tsx';
import { IconButton } from '../../../views/controls/IconButton.tsx';
import { Menu } from '../../../views/controls/Menu.tsx';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { Select } from '../../../views/controls/Select.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';
import { attentionExport } from '../export-alignment.ts';
import { findModel } from '../models.ts';
import { usePointed } from '../use-pointing.ts';
import { useAttentionView, useMatrixScale, useShown } from '../use-shown.ts';
import { useSession, useTranslation } from '../use-translation.ts';
import { describePointed, nameHead, stackTitles } from '../words.ts';
import { AttentionFigure } from './AttentionFigure.tsx';
import { ComparedPane } from './ComparedPane.tsx';
import styles from './AttentionPanel.module.css';
import { DisplayControls } from './DisplayControls.tsx';

/** What every token looked at: the heart of the workspace. */
export function AttentionPanel({ className }: { readonly className?: string | undefined }) {
  const session = useSession();
  const stack = useTranslation((state) => state.stack);
  const info = useTranslation((state) => state.main.info);
  const choice = useTranslation((state) => state.main.heads[stack]);
  const view = useTranslation((state) => state.display.view);
  const isComparing = useTranslation((state) => state.compare !== null);
  return (
    <Panel
      title="Attention between tokens"
      className={className}
      heading={
        <Select
          label="Attention"
          labelPlace="unseen"
          value={stack}
          choices={(['cross', 'encoder', 'decoder'] as const).map((value) => ({
            value,
            label: stackTitles[value],
          }))}
          onChange={(value) => session.setStack(value)}
        />
      }
      note={info?.stacks[stack] ? nameHead(info, stack, choice) : undefined}
      tools={
        <>
          <SegmentedControl
            label="View"
            value={view}
            choices={[
              { value: 'matrix', label: 'Matrix' },
              { value: 'ribbons', label: 'Ribbons' },
            ]}
            onChange={(chosen) => session.setDisplay({ view: chosen })}
          />
          <IconButton
            label="Compare"
            icon="compare"
            pressed={isComparing}
            onClick={() => (isComparing ? session.closeCompare() : session.openCompare())}
          />
          <Menu label="Save the attention" icon="download" items={attentionExport(session)} />
        </>
      }
    >
      <div className={isComparing ? styles.two : styles.one}>
        <div className={styles.pane}>
          {isComparing && <MainTitle />}
          <AttentionFigure side="main" />
        </div>
        {isComparing && <ComparedPane />}
      </div>
      <Legend />
      <DisplayControls />
    </Panel>
  );
}

/** Which model the left matrix is of. */
function MainTitle() {
  const model = findModel(useTranslation((state) => state.main.modelId));
  const target = useShown('main')?.target.text;
  return (
    <>
      <p className={styles.modelTitle}>{model?.title}</p>
      <p className={styles.target} dir="auto">
        {target}
      </p>
    </>
  );
}

function Legend() {
  const view = useAttentionView('main');
  const scale = useMatrixScale();
  const pointed = usePointed();
  const isMatrix = useTranslation((state) => state.display.view === 'matrix');
  const isMerged = useTranslation((state) => state.display.isMerged);
  const colours = colourMap(useTranslation((state) => state.display.colourMap));
  if (!view) return null;
  return (
    <>
      {isMatrix && (
        <ColourBar
          scale={scale}
          colourMap={colours}
          unit="attention"
          note={`rows sum to 1 · ${isMerged ? 'words merged from pieces' : 'pieces of words'}`}
        />
      )}
      <p className={styles.words}>{describePointed(view, pointed)}</p>
    </>
  );
}
