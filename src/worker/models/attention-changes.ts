/** What a person changed in a translator's attention, checked and sorted by stack and layer. */
import type { AttentionChanges, EdgeCut, Replacement } from '../../engine/what-if-protocol.ts';
import { fail } from '../failure.ts';
import type { TranslationModelShape, TranslationStacks } from './translation-model.ts';

type StackName = keyof TranslationStacks;

/** A replacement with all that it needs at hand. */
export type HeadReplacement =
  | Exclude<Replacement, { kind: 'other-run' }>
  | {
      readonly kind: 'weights';
      /** [query, key] */
      readonly values: Float32Array;
    };

export interface ChangedHead {
  /** Of the head's output, after its weights were replaced. */
  readonly scale: number;
  readonly replacement: HeadReplacement | null;
}

/** All that is changed in one layer of one stack. */
export interface LayerChanges {
  /** By head; what is not here is as it was. */
  readonly heads: ReadonlyMap<number, ChangedHead>;
  readonly cuts: readonly Pick<EdgeCut, 'head' | 'query' | 'key'>[];
  /** Keys that no query sees. */
  readonly hiddenKeys: readonly number[];
  /** Makes permutations of different layers differ. */
  readonly place: number;
}

/** For each stack the changes by layer; null for a layer that is as it was. */
export type ModelChanges = Readonly<Record<StackName, readonly (LayerChanges | null)[]>>;

/** Brings the encoder's weights that another run's head had: [query, key], or fails. */
export type ReadOtherWeights = (
  run: number,
  layer: number,
  head: number,
  tokenCount: number,
) => Promise<Float32Array>;

const stackWords: Record<StackName, string> = {
  encoder: 'encoder self-attention',
  decoder: 'decoder self-attention',
  cross: 'cross-attention',
};
const stackOrder: readonly StackName[] = ['encoder', 'decoder', 'cross'];

/**
 * Checks changes against a model and a source and sorts them by layer.
 * @param sourceCount tokens of the source
 * @returns null if nothing is changed
 * @throws HeedFailure `bad-request` for what the model does not have or cannot do
 */
export async function compileChanges(
  { heads, cuts, hiddenTokens }: AttentionChanges,
  shape: TranslationModelShape,
  sourceCount: number,
  readOther: ReadOtherWeights,
): Promise<ModelChanges | null> {
  for (const cut of cuts) checkCut(cut, shape, sourceCount);
  for (const token of hiddenTokens) {
    if (!isIndex(token, sourceCount)) refuse('There is no such source token.', `token ${token}`);
  }
  const changed = new Map<string, ChangedHead>();
  for (const { stack, layer, head, scale, replacement } of heads) {
    const name = checkHead(stack, layer, head, shape);
    const key = `${name} ${layer} ${head}`;
    if (changed.has(key)) refuse('A head is changed twice.', key);
    if (!(Number.isFinite(scale) && scale >= 0 && scale <= largestScale))
      refuse(`A head’s scale is from 0 to ${largestScale}.`, String(scale));
    const resolved = await resolve(replacement, name, layer, head, sourceCount, readOther);
    if (scale !== 1 || resolved !== null) changed.set(key, { scale, replacement: resolved });
  }
  const compiled = compileStacks(changed, cuts, hiddenTokens, shape.stacks);
  const isChanged = stackOrder.some((name) => compiled[name].some((layer) => layer !== null));
  return isChanged ? compiled : null;
}

const largestScale = 100;
const temperatures = { min: 1e-6, max: 1e6 };

function compileStacks(
  changed: ReadonlyMap<string, ChangedHead>,
  cuts: readonly EdgeCut[],
  hiddenTokens: readonly number[],
  stacks: TranslationStacks,
): ModelChanges {
  const stackOf = (name: StackName): (LayerChanges | null)[] => {
    const { layerCount, headCount } = stacks[name] ?? { layerCount: 0, headCount: 0 };
    return Array.from({ length: layerCount }, (_, layer) => {
      const own = new Map<number, ChangedHead>();
      for (let head = 0; head < headCount; head += 1) {
        const change = changed.get(`${name} ${layer} ${head}`);
        if (change !== undefined) own.set(head, change);
      }
      const ownCuts = cuts.filter((cut) => cut.stack === name && cut.layer === layer);
      // The keys of a decoder's self-attention are target tokens.
      const hiddenKeys = name === 'decoder' ? [] : hiddenTokens;
      const isChanged = own.size + ownCuts.length + hiddenKeys.length > 0;
      const place = stackOrder.indexOf(name) * 1000 + layer;
      return isChanged ? { heads: own, cuts: ownCuts, hiddenKeys, place } : null;
    });
  };
  return { encoder: stackOf('encoder'), decoder: stackOf('decoder'), cross: stackOf('cross') };
}

async function resolve(
  replacement: Replacement | null,
  stack: StackName,
  layer: number,
  head: number,
  sourceCount: number,
  readOther: ReadOtherWeights,
): Promise<HeadReplacement | null> {
  if (replacement === null) return null;
  if (replacement.kind === 'temperature') {
    const { temperature } = replacement;
    if (!(temperature >= temperatures.min && temperature <= temperatures.max))
      return refuse('A temperature is from 0.000001 to 1000000.', String(temperature));
    return temperature === 1 ? null : replacement;
  }
  if (replacement.kind === 'permuted' && !Number.isInteger(replacement.seed))
    return refuse('A seed is a whole number.', String(replacement.seed));
  if (replacement.kind !== 'other-run') return replacement;
  if (stack !== 'encoder')
    return refuse(
      'Weights of another run can stand in for the encoder’s alone: a new translation need not have as many tokens.',
      stack,
    );
  const values = await readOther(replacement.run, layer, head, sourceCount);
  return { kind: 'weights', values };
}

/** @throws HeedFailure `bad-request`; a recurrent model has but the one cross-attention */
function checkHead(
  stack: string,
  layer: number,
  head: number | null,
  { stacks }: TranslationModelShape,
): StackName {
  const name = stackOrder.find((candidate) => candidate === stack);
  if (name === undefined) return refuse('A translator has no such attention.', stack);
  const size = stacks[name];
  if (size === null) {
    return refuse(
      `This model is recurrent and has no ${stackWords[name]}; its cross-attention can be changed.`,
      stack,
    );
  }
  if (!isIndex(layer, size.layerCount)) return refuse('There is no such layer.', `layer ${layer}`);
  if (head !== null && !isIndex(head, size.headCount))
    return refuse('There is no such head.', `head ${head}`);
  return name;
}

function checkCut(
  { stack, layer, head, query, key }: EdgeCut,
  shape: TranslationModelShape,
  sourceCount: number,
): void {
  const name = checkHead(stack, layer, head, shape);
  const queryCount = name === 'encoder' ? sourceCount : shape.longestTarget;
  const keyCount = name === 'decoder' ? query + 1 : sourceCount;
  if (!isIndex(query, queryCount) || !isIndex(key, keyCount))
    refuse('There is no such edge between a query and a key.', `query ${query}, key ${key}`);
}

function isIndex(index: number, count: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < count;
}

function refuse(message: string, detail: string): never {
  fail('bad-request', message, detail);
}

/**
 * Changes with a source token hidden beside them: no encoder's query and no target token sees it.
 * @param changes null for none
 */
export function alsoHiding(
  changes: ModelChanges | null,
  token: number,
  stacks: TranslationStacks,
): ModelChanges {
  const base = changes ?? compileStacks(new Map(), [], [], stacks);
  const hide = (name: StackName) =>
    base[name].map((layer, index): LayerChanges => ({
      ...(layer ?? { heads: new Map(), cuts: [], place: stackOrder.indexOf(name) * 1000 + index }),
      hiddenKeys: [...(layer?.hiddenKeys ?? []), token],
    }));
  return { encoder: hide('encoder'), cross: hide('cross'), decoder: base.decoder };
}

/** Changes with one head switched off beside them. */
export function alsoSwitchingOff(
  changes: ModelChanges | null,
  stack: StackName,
  layer: number,
  head: number,
  stacks: TranslationStacks,
): ModelChanges {
  const base = changes ?? compileStacks(new Map(), [], [], stacks);
  const layers = base[stack].map((old, index): LayerChanges | null => {
    if (index !== layer) return old;
    const own = old ?? {
      heads: new Map<number, ChangedHead>(),
      cuts: [],
      hiddenKeys: [],
      place: stackOrder.indexOf(stack) * 1000 + layer,
    };
    const replacement = own.heads.get(head)?.replacement ?? null;
    return { ...own, heads: new Map(own.heads).set(head, { scale: 0, replacement }) };
  });
  return { ...base, [stack]: layers };
}
