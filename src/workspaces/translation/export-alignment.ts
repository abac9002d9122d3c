import { type AlignmentData, alignmentItems } from '../../export/alignment-files.ts';
import { alignmentFigure } from '../../export/alignment-figure.ts';
import { type ExportItem, exportItems } from '../../export/export-items.ts';
import { ribbonsFigure } from '../../export/ribbons-figure.ts';
import { colourMap } from '../../math/colour-maps.ts';
import { attentionView, stackAxes } from './attention-view.ts';
import { nameParts, need, onFailure, provenance, readShown, scaleOf } from './export-figures.ts';
import { placeOfTokens } from './pointing.ts';
import { ribbonFilter } from './ribbon-filter.ts';
import type { TranslationSession } from './session.ts';
import { axisNames, nameHead, stackTitles } from './words.ts';

/** The selected head of the main side, as it is shown. */
function readView(session: TranslationSession) {
  const now = readShown(session);
  const { state, shown, attention } = now;
  const { stack, main, display } = state;
  const axes = stackAxes(stack, shown.source, shown.target, display.isMerged);
  const choice = main.heads[stack];
  const view = need(attentionView(attention, choice, axes));
  const caption = `${main.modelId}. ${stackTitles[stack]}, ${nameHead(need(main.info), stack, choice)}. Rows are queries, columns keys.`;
  return { now, state, view, choice, caption };
}

function figureOf(session: TranslationSession) {
  const { state, view, caption } = readView(session);
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
    return ribbonsFigure({ ...shared, filter, selected: place, queryName: query, keyName: key });
  }
  const { query = null, key = null } = place ?? {};
  return alignmentFigure({
    ...shared,
    scale: scaleOf(state, view.values),
    colourMap: colourMap(display.colourMap),
    pinned: query === null || key === null ? null : { query, key },
    unit: 'probability',
    note: 'rows sum to 1',
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

/** What is shown of the selected head: figure, weights, and word links where it aligns two texts. */
export function attentionExport(session: TranslationSession): ExportItem[] {
  const { stack, display } = session.store.getState();
  const names = nameParts(session, display.view);
  const items = exportItems({
    nameParts: names,
    figure: () => figureOf(session),
    array: () => {
      const { view } = readView(session);
      return {
        values: view.values,
        shape: [view.query.labels.length, view.key.labels.length],
      };
    },
    json: () => {
      const { now, view, choice } = readView(session);
      return {
        ...provenance(now),
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
  if (stack !== 'cross') return items;
  const alignment = () => alignmentOf(session);
  return [
    ...items,
    ...alignmentItems({ nameParts: names, alignment, onFailure: onFailure(session) }),
  ];
}
