/**
 * Changes as short text for a link. Layers and heads count from 1 there, as on the page; tokens are
 * indices. `3.4x0` is head 4 of layer 3 off, `3.*x0` every head of the layer, `cross.1.2u` names
 * another stack than a ViT's. After the scale comes the replacement: `u`niform, `p7` permuted with
 * seed 7, `h`ard (one-hot), `t0.5` temperature, `c` the compared run's.
 */
import type { StackName } from './protocol.ts';
import { comparedRun, isUnchanged, type StackSize } from './attention-changes.ts';
import {
  noChanges,
  type AttentionChanges,
  type EdgeCut,
  type HeadChange,
  type Replacement,
} from './what-if-protocol.ts';

/** What a link's changes must fit. */
export interface ChangeLimits {
  readonly stacks: readonly StackSize[];
  /** Queries and keys of a cut are below it. */
  readonly tokenCount: number;
  /** Tokens that may be hidden: from the first patch on, or the first word. */
  readonly firstHidden: number;
}

export interface ReadChanges {
  readonly changes: AttentionChanges;
  /** How many of the link's changes don't fit and were left out. */
  readonly leftOut: number;
}

/** Keys that `writeChanges` sets. */
export const changeKeys = ['heads', 'cuts', 'hidden'] as const;

export const largestScale = 2;
export const smallestTemperature = 0.05;
export const largestTemperature = 10;
const separator = '_';
const unnamedStack: StackName = 'self';

function short(value: number): string {
  return String(Number(value.toFixed(3)));
}

function writeReplacement(replacement: Replacement | null): string {
  switch (replacement?.kind) {
    case undefined:
      return '';
    case 'uniform':
      return 'u';
    case 'permuted':
      return `p${replacement.seed}`;
    case 'one-hot':
      return 'h';
    case 'temperature':
      return `t${short(replacement.temperature)}`;
    case 'other-run':
      return 'c';
  }
}

function writeHead({ scale, replacement }: HeadChange): string {
  return (scale === 1 ? '' : `x${short(scale)}`) + writeReplacement(replacement);
}

function prefix(stack: StackName): string {
  return stack === unnamedStack ? '' : `${stack}.`;
}

function writeHeads(heads: readonly HeadChange[], stacks: readonly StackSize[]): string {
  const words: string[] = [];
  for (const { stack, layerCount, headCount } of stacks)
    for (let layer = 0; layer < layerCount; layer += 1) {
      const here = heads
        .filter((change) => change.stack === stack && change.layer === layer)
        .toSorted((one, other) => one.head - other.head);
      const first = here[0] && writeHead(here[0]);
      const isWhole =
        headCount > 1 &&
        here.length === headCount &&
        here.every((change) => writeHead(change) === first);
      const start = `${prefix(stack)}${layer + 1}.`;
      if (isWhole) words.push(`${start}*${first}`);
      else words.push(...here.map((change) => `${start}${change.head + 1}${writeHead(change)}`));
    }
  return words.join(separator);
}

function writeCut({ stack, layer, head, query, key }: EdgeCut): string {
  return `${prefix(stack)}${layer + 1}.${head === null ? '*' : head + 1}.${query}.${key}`;
}

/** Rising numbers with runs of neighbours as `first-last`. */
function writeTokens(tokens: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const token of tokens) {
    const run = runs.at(-1);
    if (run && token === run[1] + 1) run[1] = token;
    else runs.push([token, token]);
  }
  return runs
    .map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`))
    .join(separator);
}

/** Sets the keys of what was changed, and no others. */
export function writeChanges(
  parameters: URLSearchParams,
  changes: AttentionChanges,
  stacks: readonly StackSize[],
): void {
  if (isUnchanged(changes)) return;
  const { heads, cuts, hiddenTokens } = changes;
  if (heads.length > 0) parameters.set('heads', writeHeads(heads, stacks));
  if (cuts.length > 0) parameters.set('cuts', cuts.map(writeCut).join(separator));
  if (hiddenTokens.length > 0) parameters.set('hidden', writeTokens(hiddenTokens));
}

/** A number between bounds, or null: NaN, Infinity and what lies outside are none. */
function numberIn(text: string | undefined, min: number, max: number): number | null {
  if (text === undefined || !/^\d+(\.\d+)?$/.test(text)) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

function indexIn(text: string | undefined, count: number): number | null {
  const value = numberIn(text, 0, count - 1);
  return value !== null && Number.isInteger(value) ? value : null;
}

/** `undefined` for what is none. */
function readReplacement(text: string): Replacement | null | undefined {
  const [kind, rest] = [text.charAt(0), text.slice(1)];
  if (text === '') return null;
  if (text === 'u') return { kind: 'uniform' };
  if (text === 'h') return { kind: 'one-hot' };
  if (text === 'c') return { kind: 'other-run', run: comparedRun };
  if (kind === 'p') {
    const seed = indexIn(rest, 2 ** 31);
    return seed === null ? undefined : { kind: 'permuted', seed };
  }
  const temperature = numberIn(rest, smallestTemperature, largestTemperature);
  return kind === 't' && temperature !== null ? { kind: 'temperature', temperature } : undefined;
}

interface Place {
  readonly stack: StackName;
  readonly layer: number;
  /** Null for every head of the layer. */
  readonly head: number | null;
  readonly headCount: number;
  readonly rest: string;
}

const placeShape = /^(?:(encoder|decoder|cross|self)\.)?(\d+)\.(\*|\d+)(.*)$/;

function readPlace(word: string, stacks: readonly StackSize[]): Place | null {
  const [, name = unnamedStack, layerText, headText, rest = ''] = placeShape.exec(word) ?? [];
  const size = stacks.find(({ stack }) => stack === name);
  if (!size || layerText === undefined) return null;
  const { stack, layerCount, headCount } = size;
  const layer = indexIn(String(Number(layerText) - 1), layerCount);
  const head = headText === '*' ? null : indexIn(String(Number(headText) - 1), headCount);
  if (layer === null || (head === null && headText !== '*')) return null;
  return { stack, layer, head, headCount, rest };
}

function readHead(word: string, { stacks }: ChangeLimits): HeadChange[] | null {
  const place = readPlace(word, stacks);
  const [, scaleText, replacementText = ''] =
    /^(?:x(\d+(?:\.\d+)?))?(.*)$/.exec(place?.rest ?? '') ?? [];
  const scale = scaleText === undefined ? 1 : numberIn(scaleText, 0, largestScale);
  const replacement = readReplacement(replacementText);
  if (!place || scale === null || replacement === undefined) return null;
  if (scale === 1 && replacement === null) return null;
  const { stack, layer, headCount } = place;
  const heads =
    place.head === null ? Array.from({ length: headCount }, (_, head) => head) : [place.head];
  return heads.map((head) => ({ stack, layer, head, scale, replacement }));
}

function readCut(word: string, { stacks, tokenCount }: ChangeLimits): EdgeCut[] | null {
  const place = readPlace(word, stacks);
  const [, queryText, keyText] = /^\.(\d+)\.(\d+)$/.exec(place?.rest ?? '') ?? [];
  const query = indexIn(queryText, tokenCount);
  const key = indexIn(keyText, tokenCount);
  if (!place || query === null || key === null) return null;
  const { stack, layer, head } = place;
  return [{ stack, layer, head, query, key }];
}

function readTokens(word: string, { tokenCount, firstHidden }: ChangeLimits): number[] | null {
  const [, firstText, lastText] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  const first = indexIn(firstText, tokenCount);
  const last = lastText === undefined ? first : indexIn(lastText, tokenCount);
  if (first === null || last === null || first < firstHidden || last < first) return null;
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** Reads each word of a list; `keyOf` tells what may stand there once only: the last one counts. */
function readList<Item>(
  text: string | null,
  limits: ChangeLimits,
  read: (word: string, limits: ChangeLimits) => Item[] | null,
  keyOf: (item: Item) => string,
): { items: Item[]; leftOut: number } {
  const found = new Map<string, Item>();
  let leftOut = 0;
  for (const word of text?.split(separator).filter(Boolean) ?? []) {
    const items = read(word, limits);
    if (!items) leftOut += 1;
    for (const item of items ?? []) found.set(keyOf(item), item);
  }
  return { items: [...found.values()], leftOut };
}

/** Reads a link's changes. Hostile text gives no changes, and the count of what was left out. */
export function readChanges(parameters: URLSearchParams, limits: ChangeLimits): ReadChanges {
  const heads = readList(
    parameters.get('heads'),
    limits,
    readHead,
    ({ stack, layer, head }) => `${stack} ${layer} ${head}`,
  );
  const cuts = readList(parameters.get('cuts'), limits, readCut, (cut) => JSON.stringify(cut));
  const hidden = readList(parameters.get('hidden'), limits, readTokens, String);
  const leftOut = heads.leftOut + cuts.leftOut + hidden.leftOut;
  const changes: AttentionChanges = {
    heads: heads.items,
    cuts: cuts.items,
    hiddenTokens: hidden.items.toSorted((one, other) => one - other),
  };
  return { changes: isUnchanged(changes) ? noChanges : changes, leftOut };
}

/** A sentence for what did not fit, or null. */
export function leftOutInWords(leftOut: number): string | null {
  if (leftOut === 0) return null;
  return leftOut === 1
    ? 'One change of the link does not fit this model and was left out.'
    : `${leftOut} changes of the link do not fit this model and were left out.`;
}
