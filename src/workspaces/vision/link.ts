import type { LensId, LensOptions, VisionModelInfo } from '../../engine/protocol.ts';
import type { Fit } from '../../math/geometry.ts';
import {
  leftOutInWords,
  readChanges,
  writeChanges,
  type ChangeLimits,
} from '../../engine/changes-link.ts';
import { readModel, writeModel } from '../../engine/model-link.ts';
import { identityOf } from '../../engine/model-source.ts';
import type { AttentionChanges } from '../../engine/what-if-protocol.ts';
import type { MatrixView } from '../../views/matrix/layout-matrix.ts';
import { stackOf } from './changes-actions.ts';
import { findSample } from './picture/samples.ts';
import {
  type Display,
  initialDisplay,
  initialView,
  type LensView,
  type VisionState,
} from './state.ts';

/**
 * What a link holds: all but the picture, and the picture too when it is a sample. Layers, heads
 * and tokens are written as the page counts them, from 1; token 0 is the first special token.
 */
export interface LinkState {
  readonly sample: string | null;
  readonly fit: Fit;
  readonly query: number;
  readonly direction: VisionState['direction'];
  readonly display: Display;
  readonly main: LensView;
  readonly compare: { readonly view: LensView; readonly sample: string | null } | null;
  /** Label to explain, by its index; null for the best prediction. */
  readonly target: number | null;
  /** What of the head's matrix is shown. */
  readonly matrixView: MatrixView;
  readonly changes: AttentionChanges;
  /** What of the link could not be taken up, in words. */
  readonly notice: string | null;
}

const displayKeys = {
  colourMap: ['viridis', 'magma', 'cividis', 'amber'],
  scale: ['linear', 'log', 'quantile'],
  gridScale: ['shared', 'each'],
  headOrder: ['number', 'entropy', 'distance', 'importance'],
  detail: ['matrix', 'statistics'],
  statistic: ['entropy', 'meanDistance'],
} as const;

function numberOr(text: string | null, fallback: number, min: number, max: number): number {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return value >= min && value <= max ? value : fallback;
}

function writeFit(fit: Fit): string {
  if (fit.mode !== 'region') return fit.mode;
  const { x, y, width, height } = fit.region;
  return [x, y, width, height].map((value) => Math.round(value)).join(',');
}

function readFit(text: string | null): Fit {
  if (text === 'pad' || text === 'stretch') return { mode: text };
  const [x, y, width, height, ...more] = (text ?? '').split(',').map(Number);
  const valid =
    x !== undefined &&
    y !== undefined &&
    width !== undefined &&
    height !== undefined &&
    more.length === 0 &&
    [x, y, width, height].every(Number.isFinite) &&
    x >= 0 &&
    y >= 0 &&
    width >= 1 &&
    height >= 1;
  return valid ? { mode: 'region', region: { x, y, width, height } } : { mode: 'crop' };
}

/** Zoom, and the first query and key, in fractions of cells. */
function writeMatrixView({ zoom, firstQuery, firstKey }: MatrixView): string {
  return [zoom, firstQuery, firstKey].map((value) => Number(value.toFixed(2))).join(',');
}

function readMatrixView(text: string | null, tokenCount: number): MatrixView {
  const [zoom = null, query = null, key = null] = (text ?? '').split(',');
  return {
    zoom: numberOr(zoom, 1, 1, tokenCount),
    firstQuery: numberOr(query, 0, 0, tokenCount),
    firstKey: numberOr(key, 0, 0, tokenCount),
  };
}

function writeView(parameters: URLSearchParams, prefix: string, view: LensView): void {
  parameters.set(`${prefix}lens`, view.lens);
  parameters.set(`${prefix}layer`, String(view.layer + 1));
  parameters.set(`${prefix}head`, String(view.head + 1));
  for (const [key, value] of Object.entries(view.options[view.lens] ?? {}))
    parameters.set(`${prefix}${view.lens}.${key}`, String(value));
}

/** The options of a lens that a link names, each checked against the lens's own description. */
function readOptions(
  parameters: URLSearchParams,
  prefix: string,
  model: VisionModelInfo,
  lens: LensId,
): LensOptions {
  const description = model.lenses.find(({ id }) => id === lens);
  const options: Record<string, number | string> = {};
  for (const parameter of description?.parameters ?? []) {
    const text = parameters.get(`${prefix}${lens}.${parameter.key}`);
    if (text === null) continue;
    if (parameter.kind === 'range')
      options[parameter.key] = numberOr(text, parameter.initial, parameter.min, parameter.max);
    else if (parameter.choices.some(({ value }) => value === text)) options[parameter.key] = text;
  }
  return options;
}

function readView(parameters: URLSearchParams, prefix: string, model: VisionModelInfo): LensView {
  const id = parameters.get(`${prefix}lens`);
  const known = model.lenses.find((lens) => lens.id === id && lens.unavailable === null);
  const lens = known?.id ?? initialView.lens;
  const index = (key: string, fallback: number, count: number): number =>
    Math.round(numberOr(parameters.get(`${prefix}${key}`), fallback + 1, 1, count)) - 1;
  const options = readOptions(parameters, prefix, model, lens);
  return {
    lens,
    layer: index('layer', Math.min(initialView.layer, model.layerCount - 1), model.layerCount),
    head: index('head', Math.min(initialView.head, model.headCount - 1), model.headCount),
    options: Object.keys(options).length > 0 ? { [lens]: options } : {},
  };
}

function readDisplay(parameters: URLSearchParams): Display {
  const choices: Record<string, string> = {};
  for (const [key, values] of Object.entries(displayKeys)) {
    const text = parameters.get(key);
    const value = values.find((candidate) => candidate === text);
    if (value) choices[key] = value;
  }
  return {
    ...initialDisplay,
    ...choices,
    opacity: numberOr(parameters.get('opacity'), initialDisplay.opacity, 0, 1),
    smooth: parameters.get('smooth') === '1',
    outlineShare: numberOr(parameters.get('outline'), initialDisplay.outlineShare, 0, 0.99),
  };
}

interface ReadTarget {
  readonly target: number | null;
  readonly notice: string | null;
}

function readTarget(text: string | null, { name, labels }: VisionModelInfo): ReadTarget {
  if (text === null) return { target: null, notice: null };
  const target = numberOr(text, -1, 0, labels.length - 1);
  if (Number.isInteger(target) && target >= 0) return { target, notice: null };
  const notice = `The link asks for a label that ${name} does not have; the best prediction is explained instead.`;
  return { target: null, notice };
}

function changeLimits(model: VisionModelInfo, tokenCount: number): ChangeLimits {
  return { stacks: [stackOf(model)], tokenCount, firstHidden: model.specialTokens.length };
}

function knownSample(id: string | null): string | null {
  return id !== null && findSample(id) ? id : null;
}

/** Writes the parameters that follow `#/vision?`. */
export function writeLink(state: VisionState): string {
  const {
    main,
    compare,
    display,
    fit,
    query,
    direction,
    target,
    matrixView,
    changes,
    model,
    opened,
  } = state;
  const parameters = new URLSearchParams();
  if (opened) writeModel(parameters, opened, model?.precision ?? 'float32');
  if (main.picture?.sampleId) parameters.set('sample', main.picture.sampleId);
  writeView(parameters, '', main.view);
  parameters.set('query', String(query));
  if (direction !== 'row') parameters.set('direction', direction);
  if (fit.mode !== 'crop') parameters.set('fit', writeFit(fit));
  for (const key of Object.keys(displayKeys) as (keyof typeof displayKeys)[])
    if (display[key] !== initialDisplay[key]) parameters.set(key, display[key]);
  if (display.opacity !== initialDisplay.opacity)
    parameters.set('opacity', display.opacity.toFixed(2));
  if (display.smooth) parameters.set('smooth', '1');
  if (display.outlineShare > 0) parameters.set('outline', display.outlineShare.toFixed(2));
  if (target !== null) parameters.set('target', String(target));
  if (matrixView.zoom > 1) parameters.set('matrix', writeMatrixView(matrixView));
  if (model) writeChanges(parameters, changes.present, [stackOf(model)]);
  if (compare) {
    writeView(parameters, 'compare.', compare.view);
    if (compare.picture?.sampleId) parameters.set('compare.sample', compare.picture.sampleId);
  }
  return parameters.toString();
}

/**
 * Whether a link's model is the one that Heed brings along, or the one that is open, its weights kept
 * as the link says; any other must be opened first.
 */
export function isModelOfLink(
  text: string,
  { opened, model }: Pick<VisionState, 'opened' | 'model'>,
): 'embedded' | 'opened' | 'other' {
  const linked = readModel(new URLSearchParams(text));
  if (linked === null) return 'embedded';
  const isOpen =
    opened !== null &&
    linked.identity === identityOf(opened) &&
    linked.precision === model?.precision;
  return isOpen ? 'opened' : 'other';
}

/** The sample that a link names, before the model is known. */
export function sampleOfLink(text: string): string | null {
  return knownSample(new URLSearchParams(text).get('sample'));
}

/** Reads a link; what it doesn't name, or names wrongly, has its initial value. */
export function readLink(text: string, model: VisionModelInfo): LinkState {
  const parameters = new URLSearchParams(text);
  const { input, specialTokens } = model;
  const patchCount =
    Math.floor(input.width / input.patchWidth) * Math.floor(input.height / input.patchHeight);
  const tokenCount = specialTokens.length + patchCount;
  const { target, notice } = readTarget(parameters.get('target'), model);
  const { changes, leftOut } = readChanges(parameters, changeLimits(model, tokenCount));
  const notices = [notice, leftOutInWords(leftOut)].filter((words) => words !== null);
  return {
    sample: knownSample(parameters.get('sample')),
    fit: readFit(parameters.get('fit')),
    query: Math.round(numberOr(parameters.get('query'), 0, 0, tokenCount - 1)),
    direction: parameters.get('direction') === 'column' ? 'column' : 'row',
    display: readDisplay(parameters),
    main: readView(parameters, '', model),
    compare: parameters.has('compare.lens')
      ? {
          view: readView(parameters, 'compare.', model),
          sample: knownSample(parameters.get('compare.sample')),
        }
      : null,
    target,
    matrixView: readMatrixView(parameters.get('matrix'), tokenCount),
    changes,
    notice: notices.length > 0 ? notices.join(' ') : null,
  };
}
