import { type ExportItem, exportItems } from '../../export/export-items.ts';
import { headGridFigure } from '../../export/head-grid-figure.ts';
import type { JsonValue } from '../../export/json.ts';
import { plotFigure } from '../../export/plot-figure.ts';
import { writeChanges } from '../../engine/changes-link.ts';
import type { StackAttention } from '../../engine/translation-protocol.ts';
import { colourMap } from '../../math/colour-maps.ts';
import { createScale, linearScale, type Scale } from '../../math/scales.ts';
import { allHeads, stackAxes } from './attention-view.ts';
import { stacksOf } from './changes-actions.ts';
import { nameOfModel } from './models.ts';
import type { TranslationSession } from './session.ts';
import {
  attentionInView,
  changedHere,
  changedInView,
  changedSentence,
  type ShownSentence,
  shownSentence,
} from './shown.ts';
import type { FigureName, SideName, TranslationState } from './state.ts';
import { headStatistic, statistics } from './statistics.ts';
import { stackTitles } from './words.ts';

export function need<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined)
    throw new Error('there is nothing to save yet; wait until the page says “Ready”');
  return value;
}

export interface ShownState {
  readonly state: TranslationState;
  readonly shown: ShownSentence;
  readonly attention: StackAttention;
}

/** What a figure shows now. */
export function readShown(session: TranslationSession, name: FigureName = 'main'): ShownState {
  const state = session.store.getState();
  const attention = need(attentionInView(state, name));
  if (name === 'changed')
    return { state, shown: need(changedSentence(changedHere(state))), attention };
  const hypothesis = name === 'main' ? state.hypothesis : 0;
  return {
    state,
    shown: need(shownSentence(need(state[name]), state.sentence, hypothesis)),
    attention,
  };
}

/** What every file says of the translation it came from. */
export function provenance({ state, shown }: ShownState, name: SideName = 'main') {
  const { stack, beamCount, sentence, hypothesis } = state;
  const side = need(state[name]);
  return {
    model: need(side.info).name,
    backend: need(state.backend).name,
    beamCount,
    sentence: sentence + 1,
    hypothesis: name === 'main' ? hypothesis + 1 : 1,
    origin: side.origins[sentence] ?? 'model',
    stack,
    target: shown.target.text,
    ...(name === 'main' && changedInView(state) && { changes: changesText(state) }),
  } satisfies Record<string, JsonValue>;
}

/** The changes as a link writes them. */
export function changesText({ main, changes }: TranslationState): string {
  const parameters = new URLSearchParams();
  if (main.info) writeChanges(parameters, changes.present, stacksOf(main.info));
  return parameters.toString();
}

export function nameParts(session: TranslationSession, view: string): string[] {
  const { main, stack } = session.store.getState();
  const { layer, head, isMean } = main.heads[stack];
  const headName = isMean ? 'mean-of-heads' : `head-${head + 1}`;
  return [nameOfModel(main), view, stack, `layer-${layer + 1}`, headName];
}

export function onFailure(session: TranslationSession): (error: unknown) => void {
  return (error) =>
    session.fail(
      `It could not be saved: ${error instanceof Error ? error.message : String(error)}.`,
    );
}

/** As the page scales: weights from 0 to 1, or by the values themselves. */
export function scaleOf({ display }: TranslationState, values: Float32Array): Scale {
  return display.scale === 'linear' ? linearScale(0, 1) : createScale(display.scale, values);
}

/** Every head of the stack. */
export function headsExport(session: TranslationSession): ExportItem[] {
  const read = () => {
    const now = readShown(session);
    const { state, shown, attention } = now;
    const axes = stackAxes(state.stack, shown.source, shown.target, state.display.isMerged);
    const { layerCount, headCount } = attention;
    const columns = axes.key.labels.length;
    const rows = axes.query.labels.length;
    const values = need(allHeads(attention, axes));
    return { now, axes, values, columns, rows, layerCount, headCount };
  };
  const shapeOf = (data: ReturnType<typeof read>): number[] => [
    data.layerCount,
    data.headCount,
    data.rows,
    data.columns,
  ];
  return exportItems({
    nameParts: nameParts(session, 'heads'),
    figure: () => {
      const { now, values, columns, rows, layerCount, headCount } = read();
      const { stack, main, display } = now.state;
      const { layer, head, isMean } = main.heads[stack];
      return headGridFigure({
        layerCount,
        headCount,
        maps: { values, columns, rows },
        scale: scaleOf(now.state, values),
        colourMap: colourMap(display.colourMap),
        selected: isMean ? null : { layer, head },
        unit: 'probability',
        note: 'all heads',
        caption: `${nameOfModel(main)}. ${stackTitles[stack]} of every head, rows are layers: “${now.shown.target.text}”.`,
      });
    },
    array: () => {
      const data = read();
      return { values: data.values, shape: shapeOf(data) };
    },
    json: () => {
      const data = read();
      return {
        ...provenance(data.now),
        queries: [...data.axes.query.labels],
        keys: [...data.axes.key.labels],
        shape: shapeOf(data),
        values: data.values,
      };
    },
    onFailure: onFailure(session),
  });
}

/** The statistic that is plotted. */
export function statisticsExport(session: TranslationSession): ExportItem[] {
  const read = () => {
    const now = readShown(session);
    const { state, shown, attention } = now;
    const axes = stackAxes(state.stack, shown.source, shown.target, false);
    const { statistic } = state.display;
    return { now, statistic, attention, values: headStatistic(statistic, attention, axes) };
  };
  return exportItems({
    nameParts: nameParts(session, 'statistics'),
    figure: () => {
      const { now, statistic, attention, values } = read();
      const { main, stack } = now.state;
      const { layer, head, isMean } = main.heads[stack];
      const { title, unit } = statistics[statistic];
      return plotFigure({
        title,
        unit,
        values,
        layerCount: attention.layerCount,
        headCount: attention.headCount,
        selected: isMean ? null : { layer, head },
        caption: `${nameOfModel(main)}, ${stackTitles[stack].toLowerCase()}: every head over depth. “${now.shown.target.text}”`,
      });
    },
    array: () => {
      const { attention, values } = read();
      return { values, shape: [attention.layerCount, attention.headCount] };
    },
    json: () => {
      const { now, attention, values, statistic } = read();
      return {
        ...provenance(now),
        statistic,
        shape: [attention.layerCount, attention.headCount],
        values,
      };
    },
    onFailure: onFailure(session),
  });
}
