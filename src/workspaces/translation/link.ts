import { readChanges, type ReadChanges, writeChanges } from '../../engine/changes-link.ts';
import { readModel, textOfSource, writeModel } from '../../engine/model-link.ts';
import type {
  TranslationModelInfo,
  TranslationRun,
  TranslationStackName,
} from '../../engine/translation-protocol.ts';
import { stacksOf } from './changes-actions.ts';
import { allModels, embeddedModels, firstModel, type TranslationModel } from './models.ts';
import {
  type Display,
  type HeadChoice,
  initialDisplay,
  largestBeamCount,
  type TranslationState,
} from './state.ts';

/** What a link holds. Layers, heads, sentences and tokens are written from 1, as the page counts. */
export interface LinkState {
  /** Null for the first sample. */
  readonly text: string | null;
  /** Null for one that must be opened first. */
  readonly model: TranslationModel | null;
  readonly compare: TranslationModel | null;
  /** What the link compares with, if it is not known here. */
  readonly unknownCompare: string | null;
  readonly beamCount: number;
  readonly stack: TranslationStackName;
  /** Of the stack; null for the model's own choice. */
  readonly head: HeadChoice | null;
  readonly sentence: number;
  readonly targetToken: number;
  readonly display: Display;
  readonly lens: string | null;
  /** Texts by the lens's parameters. */
  readonly lensOptions: ReadonlyMap<string, string>;
  /** Read with `linkedChanges`, once the model and its tokens are known. */
  readonly changes: URLSearchParams;
}

const stacks: readonly TranslationStackName[] = ['cross', 'encoder', 'decoder'];

const displayKeys = {
  colourMap: ['viridis', 'magma', 'cividis', 'amber'],
  scale: ['linear', 'log', 'quantile'],
  view: ['matrix', 'ribbons'],
  ribbonRule: ['threshold', 'top'],
  statistic: ['entropy', 'special', 'punctuation', 'diagonality'],
} as const;

const lensPrefix = 'lens.';
const initialBeamCount = 4;
/** More than any text has; the session holds it within what there is. */
const largestIndex = 10_000;

/** A whole number from 1, as an index from 0. */
function indexOr(text: string | null, fallback: number): number {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isInteger(value) && value >= 1 && value <= largestIndex ? value - 1 : fallback;
}

function numberOr(text: string | null, fallback: number, min: number, max: number): number {
  const value = text === null || text.trim() === '' ? Number.NaN : Number(text);
  return value >= min && value <= max ? value : fallback;
}

function readHead(parameters: URLSearchParams): HeadChoice | null {
  if (!parameters.has('layer')) return null;
  const layer = indexOr(parameters.get('layer'), 0);
  const head = parameters.get('head');
  return { layer, head: indexOr(head, 0), isMean: head === 'mean' };
}

function readDisplay(parameters: URLSearchParams): Display {
  const choices: Record<string, string> = {};
  for (const [key, values] of Object.entries(displayKeys)) {
    const value = values.find((candidate) => candidate === parameters.get(key));
    if (value) choices[key] = value;
  }
  const count = numberOr(parameters.get('ribbonCount'), initialDisplay.ribbonCount, 1, 10);
  return {
    ...initialDisplay,
    ...choices,
    isMerged: parameters.get('merge') !== '0',
    showsNew: parameters.get('new') === '1',
    ribbonThreshold: numberOr(
      parameters.get('ribbonThreshold'),
      initialDisplay.ribbonThreshold,
      0,
      1,
    ),
    ribbonCount: Math.round(count),
  };
}

/**
 * The model that a link names: one that Heed brings along, or one that is open, its weights kept as the
 * link says. Null for a model that
 * must be opened first.
 */
export function modelOfLink(
  parameters: URLSearchParams,
  opened: readonly TranslationModel[],
): TranslationModel | null {
  const linked = readModel(parameters);
  if (linked === null)
    return embeddedModels.find(({ id }) => id === parameters.get('model')) ?? firstModel;
  const { identity, precision } = linked;
  return (
    opened.find(({ id, opened }) => id === identity && opened?.precision === precision) ?? null
  );
}

/** The word that a link has for a model. */
function nameInLink({ id, opened }: TranslationModel): string {
  return opened === null ? id : textOfSource(opened.source);
}

function comparedOfLink(
  parameters: URLSearchParams,
  opened: readonly TranslationModel[],
): TranslationModel | null {
  const text = parameters.get('compare');
  if (text === null) return null;
  return allModels(opened).find((model) => nameInLink(model) === text) ?? null;
}

/**
 * Reads what follows `#/translation?`; what is not named, or wrongly, has its initial value.
 * @param opened models that may be named beside those that Heed brings along
 */
export function readLink(text: string, opened: readonly TranslationModel[]): LinkState {
  const parameters = new URLSearchParams(text);
  const stack = stacks.find((name) => name === parameters.get('stack')) ?? 'cross';
  const compare = comparedOfLink(parameters, opened);
  return {
    text: parameters.get('text'),
    model: modelOfLink(parameters, opened),
    compare,
    unknownCompare: compare === null ? parameters.get('compare') : null,
    beamCount: Math.round(numberOr(parameters.get('beam'), initialBeamCount, 1, largestBeamCount)),
    stack,
    head: readHead(parameters),
    sentence: indexOr(parameters.get('sentence'), 0),
    targetToken: indexOr(parameters.get('token'), 0),
    display: readDisplay(parameters),
    lens: parameters.get('lens'),
    lensOptions: new Map(
      [...parameters].flatMap(([key, value]): [string, string][] =>
        key.startsWith(lensPrefix) ? [[key.slice(lensPrefix.length), value]] : [],
      ),
    ),
    changes: parameters,
  };
}

/** Says that a link's second model is not here; null if nothing is left out. */
export function unknownCompareInWords(text: string | null): string | null {
  if (text === null) return null;
  return `The link compares with “${text.slice(0, 80)}”, which is not open here: open it, then choose it as the second model.`;
}

/** A link's changes, as far as they fit the model and the sentence; the others are counted. */
export function linkedChanges(
  parameters: URLSearchParams,
  info: TranslationModelInfo,
  { sentences }: TranslationRun,
  sentence: number,
): ReadChanges {
  const stacks = stacksOf(info);
  const sourceCount = sentences[sentence]?.source.ids.length ?? 0;
  const tokenCount = Math.max(sourceCount, info.longestTarget);
  const { changes, leftOut } = readChanges(parameters, { stacks, tokenCount, firstHidden: 0 });
  const cuts = changes.cuts.filter(({ stack, query, key }) =>
    stack === 'decoder'
      ? key <= query
      : key < sourceCount && (stack === 'cross' || query < sourceCount),
  );
  const hiddenTokens = changes.hiddenTokens.filter((token) => token < sourceCount);
  const lost =
    changes.cuts.length - cuts.length + changes.hiddenTokens.length - hiddenTokens.length;
  return lost === 0
    ? { changes, leftOut }
    : { changes: { ...changes, cuts, hiddenTokens }, leftOut: leftOut + lost };
}

/** Writes the parameters that follow `#/translation?`. */
export function writeLink(state: TranslationState): string {
  const { main, compare, stack, display, sentence, targetToken } = state;
  const parameters = new URLSearchParams({ text: state.text });
  if (main.model.opened === null) parameters.set('model', main.model.id);
  else writeModel(parameters, main.model.opened.source, main.model.opened.precision);
  const { layer, head, isMean } = main.heads[stack];
  parameters.set('beam', String(state.beamCount));
  parameters.set('stack', stack);
  parameters.set('layer', String(layer + 1));
  parameters.set('head', isMean ? 'mean' : String(head + 1));
  parameters.set('view', display.view);
  if (sentence > 0) parameters.set('sentence', String(sentence + 1));
  if (targetToken > 0) parameters.set('token', String(targetToken + 1));
  if (compare) parameters.set('compare', nameInLink(compare.model));
  if (!display.isMerged) parameters.set('merge', '0');
  if (display.showsNew) parameters.set('new', '1');
  for (const key of Object.keys(displayKeys) as (keyof typeof displayKeys)[])
    if (display[key] !== initialDisplay[key]) parameters.set(key, display[key]);
  if (display.ribbonThreshold !== initialDisplay.ribbonThreshold)
    parameters.set('ribbonThreshold', display.ribbonThreshold.toFixed(2));
  if (display.ribbonCount !== initialDisplay.ribbonCount)
    parameters.set('ribbonCount', String(display.ribbonCount));
  if (state.lens !== 'raw') {
    parameters.set('lens', state.lens);
    for (const [key, value] of Object.entries(state.lensOptions[state.lens] ?? {}))
      parameters.set(`${lensPrefix}${key}`, String(value));
  }
  if (main.info) writeChanges(parameters, state.changes.present, stacksOf(main.info));
  return parameters.toString();
}
