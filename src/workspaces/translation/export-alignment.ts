import { type AlignmentData, alignmentItems } from '../../export/alignment-files.ts';
import { alignmentFigure } from '../../export/alignment-figure.ts';
import { type ExportItem, exportItems } from '../../export/export-items.ts';
import type { Figure } from '../../export/figure.ts';
import { figuresBeside } from '../../export/figures-beside.ts';
import { ribbonsFigure } from '../../export/ribbons-figure.ts';
import { colourMap } from '../../math/colour-maps.ts';
import { attentionView, stackAxes } from './attention-view.ts';
import {
  changesText,
  nameParts,
  need,
  onFailure,
  provenance,
  readShown,
  scaleOf,
} from './export-figures.ts';
import {
  asWeights,
  lensInView,
  lensMatrixInView,
  lensOptions,
  lensScale,
  lensView,
  signedColours,
} from './lens-view.ts';
import { placeOfTokens } from './pointing.ts';
import { ribbonFilter } from './ribbon-filter.ts';
import { nameOfModel } from './models.ts';
import type { TranslationSession } from './session.ts';
import { changedInView } from './shown.ts';
import type { FigureName, TranslationState } from './state.ts';
import { axisNames, nameHead, nameLens, stackTitles } from './words.ts';

/** The selected head of a figure, as it is shown. */
function readView(session: TranslationSession, name: FigureName = 'main') {
  const now = readShown(session, name);
  const { state, shown, attention } = now;
  const { stack, display } = state;
  const axes = stackAxes(stack, shown.source, shown.target, display.isMerged);
  const side = need(state[name === 'compare' ? 'compare' : 'main']);
  const choice = side.heads[stack];
  const lens = name !== 'main' || state.lens === 'raw' ? null : need(lensInView(state));
  const view = need(
    lens ? lensView(need(lensMatrixInView(state)), axes) : attentionView(attention, choice, axes),
  );
  const title = lens
    ? `${nameLens(lens, choice)}. Rows are target tokens, columns source tokens.`
    : `${stackTitles[stack]}, ${nameHead(need(side.info), stack, choice)}. Rows are queries, columns keys.`;
  const isChanged = name === 'changed' || (name === 'main' && changedInView(state) !== null);
  const changes = isChanged ? ` With changes: ${changesText(state)}.` : '';
  const caption = `${nameOfModel(side)}. ${title}${changes}`;
  return { now, state, view, choice, lens, caption };
}

function figureOf(session: TranslationSession, name: FigureName = 'main') {
  const { state, view, lens, caption } = readView(session, name);
  const { stack, display, pinned } = state;
  const causal = stack === 'decoder' && !display.isMerged;
  const place = placeOfTokens(view, pinned);
  const shared = {
    values: view.values,
    queryLabels: view.query.labels,
    keyLabels: view.key.labels,
    causal,
    caption,
  };
  if (display.view === 'ribbons') {
    const { query, key } = axisNames[stack];
    const filter = ribbonFilter(display);
    const { values } = lens ? asWeights(view) : view;
    return ribbonsFigure({
      ...shared,
      values,
      filter,
      selected: place,
      queryName: query,
      keyName: key,
    });
  }
  const { query = null, key = null } = place ?? {};
  return alignmentFigure({
    ...shared,
    scale: lens ? lensScale(display.scale, view.values) : scaleOf(state, view.values),
    colourMap: lens?.signed ? signedColours : colourMap(display.colourMap),
    pinned: query === null || key === null ? null : { query, key },
    unit: lens ? lens.unit : 'probability',
    note: lens ? '' : 'rows sum to 1',
  });
}

function alignmentOf(session: TranslationSession): AlignmentData {
  const { view } = readView(session);
  return {
    weights: view.values,
    sourceTokens: view.key.labels,
    targetTokens: view.query.labels,
    isSourceWord: view.key.special.map((isSpecial) => !isSpecial),
    isTargetWord: view.query.special.map((isSpecial) => !isSpecial),
  };
}

/** What stands beside the main figure: each with how its caption begins. */
function figuresShown({ compare, display, changed }: TranslationState): [string, FigureName][] {
  return [
    ['Left', 'main'],
    ...(display.showsNew && changed
      ? [['New translation', 'changed'] as [string, FigureName]]
      : []),
    ...(compare ? [['Compared', 'compare'] as [string, FigureName]] : []),
  ];
}

/** What is shown of the selected head: figure, weights, and word links where it aligns two texts. */
export function attentionExport(session: TranslationSession): ExportItem[] {
  const { stack, display, lens } = session.store.getState();
  const shown = figuresShown(session.store.getState());
  const names = [...nameParts(session, display.view), ...(lens === 'raw' ? [] : [lens])];
  const items = exportItems({
    nameParts: names,
    figure: () => figureOf(session),
    bothSides:
      shown.length > 1
        ? () =>
            figuresBeside(
              shown.map(([title, name]): [string, Figure] => [title, figureOf(session, name)]),
            )
        : undefined,
    array: () => {
      const { view } = readView(session);
      return {
        values: view.values,
        shape: [view.query.labels.length, view.key.labels.length],
      };
    },
    json: () => {
      const { now, view, choice, lens } = readView(session);
      const { state } = now;
      return {
        ...provenance(now),
        lens: state.lens,
        ...(lens && { unit: lens.unit, options: lensOptions(state, lens) }),
        layer: choice.layer + 1,
        head: choice.isMean ? 'mean' : choice.head + 1,
        queries: [...view.query.labels],
        keys: [...view.key.labels],
        shape: [view.query.labels.length, view.key.labels.length],
        values: view.values,
      };
    },
    onFailure: onFailure(session),
  });
  // Links between words are read off weights.
  if (stack !== 'cross' || lens !== 'raw') return items;
  const alignment = () => alignmentOf(session);
  return [
    ...items,
    ...alignmentItems({ nameParts: names, alignment, onFailure: onFailure(session) }),
  ];
}
