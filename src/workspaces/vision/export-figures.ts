import { type ExportItem, exportItems } from '../../export/export-items.ts';
import type { Figure } from '../../export/figure.ts';
import { figuresBeside } from '../../export/figures-beside.ts';
import { headGridFigure } from '../../export/head-grid-figure.ts';
import type { JsonValue } from '../../export/json.ts';
import { matrixFigure } from '../../export/matrix-figure.ts';
import { overlayFigure } from '../../export/overlay-figure.ts';
import { plotFigure } from '../../export/plot-figure.ts';
import { writeChanges } from '../../engine/changes-link.ts';
import { colourMap } from '../../math/colour-maps.ts';
import { massSet } from '../../math/mass-outline.ts';
import { createScale } from '../../math/scales.ts';
import { headOrder, importanceOfHeads } from './head-order.ts';
import { initialOptions } from './matrix-cache.ts';
import { paneMap, patchesOfRows, tokenValues } from './pane-map.ts';
import type { VisionSession } from './session.ts';
import type { PaneName, VisionState } from './state.ts';
import { describePane } from './pane-words.ts';
import { stackOf } from './changes-actions.ts';
import { hiddenPatches } from './hidden-patches.ts';
import { tokenAxis } from './token-axis.ts';
import { tokenName } from './words.ts';

export function need<Value>(value: Value | null | undefined): Value {
  if (value === null || value === undefined)
    throw new Error('there is nothing to save yet; wait until the page says “Ready”');
  return value;
}

/** What every file says of the run it came from. */
export function provenance(state: VisionState): Record<string, JsonValue> {
  const { main, model, backend, query, direction, fit } = state;
  const run = need(main.run);
  const { region } = run.geometry;
  return {
    model: need(model).name,
    backend: need(backend).name,
    picture: main.picture?.name ?? '',
    fit: fit.mode,
    region: [region.x, region.y, region.width, region.height],
    grid: [run.geometry.gridRows, run.geometry.gridColumns],
    specialTokens: run.specialTokens,
    query,
    queryName: tokenName(query, run.specialTokens, run.geometry),
    direction,
    ...writtenChanges(state),
  };
}

/** The changes that the run was made with, as the link writes them; nothing without any. */
function writtenChanges({ shownChanges, main }: VisionState): Record<string, JsonValue> {
  const parameters = new URLSearchParams();
  if (main.run) writeChanges(parameters, shownChanges, [stackOf(main.run)]);
  const changes = Object.fromEntries(parameters);
  return Object.keys(changes).length > 0 ? { changes } : {};
}

export function nameParts(state: VisionState, view: string): string[] {
  const { layer, head } = state.main.view;
  const { model, main } = state;
  return [
    model?.name ?? '',
    main.picture?.name ?? '',
    view,
    `layer-${layer + 1}`,
    `head-${head + 1}`,
  ];
}

export function onFailure(session: VisionSession): (error: unknown) => void {
  return (error) =>
    session.fail(
      `It could not be saved: ${error instanceof Error ? error.message : String(error)}.`,
    );
}

/** What a pane's overlay shows. */
function readOverlay(session: VisionSession, name: PaneName) {
  const state = session.store.getState();
  const pane = need(state[name]);
  const run = need(pane.run);
  const tokens = tokenValues(need(pane.matrix), state.query, state.direction);
  const lens = need(state.model?.lenses.find(({ id }) => id === pane.view.lens));
  return { state, pane, run, lens, map: paneMap(tokens, run.specialTokens.length) };
}

function overlayFigureOf(session: VisionSession, name: PaneName): Figure {
  const { state: now, pane, run, lens, map } = readOverlay(session, name);
  const { display, query, main } = now;
  const first = run.specialTokens.length;
  return overlayFigure({
    picture: need(pane.picture ?? main.picture).display,
    geometry: run.geometry,
    values: map.patches,
    scale: createScale(display.scale, map.patches),
    colourMap: colourMap(lens.signed ? 'blue-red' : display.colourMap),
    opacity: display.opacity,
    smooth: display.smooth,
    queryPatch: query >= first ? query - first : null,
    outline: display.outlineShare > 0 ? massSet(map.patches, display.outlineShare).mask : null,
    hidden: name === 'main' ? hiddenPatches(now.shownChanges, run) : null,
    unit: lens.unit,
    note: 'of this map alone',
    caption: `${now.model?.name ?? ''}. ${describePane(now, name)}`,
  });
}

/** The overlay of a pane: figure, the query's map, and map and settings as JSON. */
export function overlayExport(session: VisionSession, name: PaneName): ExportItem[] {
  const state = session.store.getState();
  const read = () => readOverlay(session, name);
  return exportItems({
    nameParts: nameParts(state, state[name]?.view.lens ?? 'map'),
    figure: () => overlayFigureOf(session, name),
    bothSides:
      name === 'main' && state.compare
        ? () =>
            figuresBeside([
              ['Left', overlayFigureOf(session, 'main')],
              ['Right', overlayFigureOf(session, 'compare')],
            ])
        : undefined,
    array: () => {
      const { run, map } = read();
      return { values: map.patches, shape: [run.geometry.gridRows, run.geometry.gridColumns] };
    },
    json: () => {
      const { state: now, pane, lens, map, run } = read();
      const { view } = pane;
      const options = { ...initialOptions(need(now.model), view.lens), ...view.options[view.lens] };
      return {
        ...provenance(now),
        lens: view.lens,
        formula: lens.formula,
        source: lens.source.url,
        layer: view.layer + 1,
        head: view.head + 1,
        options,
        tokens: map.tokens,
        map: map.patches,
        rowSum: map.tokens.reduce((sum, value) => sum + value, 0),
        tokenCount: run.tokenCount,
      };
    },
    onFailure: onFailure(session),
  });
}

interface VisionRunShape {
  readonly layerCount: number;
  readonly headCount: number;
  readonly geometry: { readonly gridRows: number; readonly gridColumns: number };
}

/** [layer, head, row, column] */
function shapeOf(run: VisionRunShape): number[] {
  return [run.layerCount, run.headCount, run.geometry.gridRows, run.geometry.gridColumns];
}

/** Every head's map of the query. */
export function headsExport(session: VisionSession): ExportItem[] {
  const read = () => {
    const state = session.store.getState();
    const run = need(state.main.run);
    return { state, run, patches: patchesOfRows(need(state.rows), run) };
  };
  return exportItems({
    nameParts: nameParts(session.store.getState(), 'heads'),
    figure: () => {
      const { state, run, patches } = read();
      const { display, main, statistics, importance, model } = state;
      const { layerCount, headCount, geometry } = run;
      const cellCount = geometry.gridColumns * geometry.gridRows;
      const each = (layer: number, head: number) => {
        const start = (layer * headCount + head) * cellCount;
        return createScale(display.scale, patches.subarray(start, start + cellCount));
      };
      const query = tokenName(state.query, run.specialTokens, geometry);
      return headGridFigure({
        layerCount,
        headCount,
        maps: { values: patches, columns: geometry.gridColumns, rows: geometry.gridRows },
        scale: display.gridScale === 'shared' ? createScale(display.scale, patches) : each,
        colourMap: colourMap(display.colourMap),
        selected: main.view,
        order: headOrder(
          display.headOrder,
          { statistics, importance: importance && importanceOfHeads(importance.result) },
          layerCount,
          headCount,
        ),
        unit: 'probability',
        note: 'all heads',
        caption: `${model?.name ?? ''}. Attention of every head, rows are layers. Query: ${query}.`,
      });
    },
    array: () => {
      const { run, patches } = read();
      return { values: patches, shape: shapeOf(run) };
    },
    json: () => {
      const { state, run, patches } = read();
      return { ...provenance(state), shape: shapeOf(run), values: patches };
    },
    onFailure: onFailure(session),
  });
}

/** The selected head's whole matrix. */
export function matrixExport(session: VisionSession): ExportItem[] {
  const read = () => {
    const state = session.store.getState();
    return { state, run: need(state.main.run), matrix: need(state.headMatrix) };
  };
  return exportItems({
    nameParts: nameParts(session.store.getState(), 'matrix'),
    figure: () => {
      const { state, run, matrix } = read();
      const picture = need(state.main.picture);
      const axis = tokenAxis(run, picture);
      const { layer, head } = state.main.view;
      return matrixFigure({
        values: matrix.values,
        queries: axis,
        keys: axis,
        scale: createScale(state.display.scale, matrix.values),
        colourMap: colourMap(state.display.colourMap),
        picture: picture.display,
        selectedQuery: state.query,
        unit: 'probability',
        note: 'of this head alone',
        caption: `${state.model?.name ?? ''}. Layer ${layer + 1}, head ${head + 1}: rows are queries, columns keys.`,
      });
    },
    array: () => {
      const { matrix } = read();
      return { values: matrix.values, shape: [matrix.queryCount, matrix.keyCount] };
    },
    json: () => {
      const { state, matrix } = read();
      const { layer, head } = state.main.view;
      return {
        ...provenance(state),
        layer: layer + 1,
        head: head + 1,
        shape: [matrix.queryCount, matrix.keyCount],
        values: matrix.values,
      };
    },
    onFailure: onFailure(session),
  });
}

/** The statistic that is plotted. */
export function statisticsExport(session: VisionSession): ExportItem[] {
  const read = () => {
    const state = session.store.getState();
    return { state, run: need(state.main.run), statistics: need(state.statistics) };
  };
  return exportItems({
    nameParts: nameParts(session.store.getState(), 'statistics'),
    figure: () => {
      const { state, run, statistics } = read();
      const { statistic } = state.display;
      const isEntropy = statistic === 'entropy';
      return plotFigure({
        title: isEntropy ? 'Entropy' : 'Mean attention distance',
        unit: isEntropy ? 'nats' : 'pixels',
        values: statistics[statistic],
        layerCount: run.layerCount,
        headCount: run.headCount,
        selected: state.main.view,
        caption: `${state.model?.name ?? ''}, ${state.main.picture?.name ?? ''}: every head over depth.`,
      });
    },
    array: () => {
      const { state, run, statistics } = read();
      return {
        values: statistics[state.display.statistic],
        shape: [run.layerCount, run.headCount],
      };
    },
    json: () => {
      const { state, run, statistics } = read();
      return {
        ...provenance(state),
        shape: [run.layerCount, run.headCount],
        entropyNats: statistics.entropy,
        meanDistancePixels: statistics.meanDistance,
      };
    },
    onFailure: onFailure(session),
  });
}
