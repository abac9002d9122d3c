import { Menu } from '../../../views/controls/Menu.tsx';
import { SegmentedControl } from '../../../views/controls/SegmentedControl.tsx';
import { matrixExport, statisticsExport } from '../export-figures.ts';
import { useSession, useVision } from '../use-vision.ts';
import { KeptLayers } from './KeptLayers.tsx';
import { HeadMatrix } from './HeadMatrix.tsx';
import { HeadStatisticsPlot } from './HeadStatisticsPlot.tsx';
import { Panel } from '../../../views/panel/Panel.tsx';

/** The selected head from close by: its whole matrix, or where it stands among the others. */
export function DetailPanel() {
  const session = useSession();
  const detail = useVision((state) => state.display.detail);
  const { layer, head } = useVision((state) => state.main.view);
  const hasRun = useVision((state) => state.main.run !== null);
  if (!hasRun) return null;
  return (
    <Panel
      title="The head from close by"
      heading={
        <SegmentedControl
          label="Detail"
          value={detail}
          choices={[
            { value: 'matrix', label: 'Matrix' },
            { value: 'statistics', label: 'Head statistics' },
          ]}
          onChange={(value) => session.view.setDisplay({ detail: value })}
        />
      }
      note={detail === 'matrix' ? `layer ${layer + 1}, head ${head + 1}` : 'every head over depth'}
      tools={
        detail === 'matrix' ? (
          <Menu label="Save the matrix" icon="download" items={matrixExport(session)} />
        ) : (
          <Menu label="Save the statistics" icon="download" items={statisticsExport(session)} />
        )
      }
    >
      {detail === 'matrix' ? <HeadMatrix /> : <HeadStatisticsPlot />}
      <KeptLayers />
    </Panel>
  );
}
