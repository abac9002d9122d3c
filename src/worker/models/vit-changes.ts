/** What a person changed, checked and laid out by layer and head, as the forward pass takes it. */
import type { RunId, StackName } from '../../engine/protocol.ts';
import type { AttentionChanges, HeadChange, Replacement } from '../../engine/what-if-protocol.ts';
import { fail } from '../failure.ts';
import type { LayerEdits } from '../kernels/edited-attention.ts';
import type { HeadEdit, WeightsEdit } from '../kernels/edited-weights.ts';

/** For each layer, its heads' changes; null for a layer that is left as it is. */
export type PlannedChanges = readonly (LayerEdits | null)[];

export interface ChangeableSize {
  readonly layerCount: number;
  readonly headCount: number;
  readonly tokenCount: number;
}

/**
 * A head's weights of another run.
 * @throws HeedFailure if the run is no longer kept
 */
export type WeightsOfRun = (run: RunId, layer: number, head: number) => FixedWeights;

type FixedWeights = Omit<Extract<WeightsEdit, { kind: 'fixed' }>, 'kind'>;

const LARGEST_SCALE = 100;
const TEMPERATURES = { min: 1e-6, max: 1e6 };

/** How many layers, from the first, are changed alike: a pass can begin after those of another. */
export function layersAlike(
  one: AttentionChanges,
  other: AttentionChanges,
  layerCount: number,
): number {
  const isAlike = (layer: number): boolean =>
    describeLayer(one, layer) === describeLayer(other, layer);
  const first = Array.from({ length: layerCount }, (_, layer) => layer).findIndex(
    (layer) => !isAlike(layer),
  );
  return first === -1 ? layerCount : first;
}

/** Equal for equal changes, in whichever order they were made. */
function describeLayer({ heads, cuts, hiddenTokens }: AttentionChanges, layer: number): string {
  const parts = [...heads, ...cuts].filter((part) => part.layer === layer);
  return JSON.stringify([
    parts.map((part) => JSON.stringify(part)).toSorted(),
    hiddenTokens.toSorted((a, b) => a - b),
  ]);
}

/** The other runs whose weights are wanted. */
export function runsIn({ heads }: AttentionChanges): RunId[] {
  return heads.flatMap(({ replacement }) =>
    replacement?.kind === 'other-run' ? [replacement.run] : [],
  );
}

/**
 * Checks changes and lays them out. Tensors of `weightsOf` stay the other run's, and must last as
 * long as the plan is used.
 * @returns null where nothing is changed at all
 * @throws HeedFailure `bad-request` for a stack, layer, head, token or number that there is not, for
 *   a head, cut or token given twice, and for another run of another size; what `weightsOf` throws
 */
export function planChanges(
  changes: AttentionChanges,
  size: ChangeableSize,
  weightsOf: WeightsOfRun,
): PlannedChanges | null {
  check(changes, size);
  const { heads, cuts, hiddenTokens } = changes;
  const plan = Array.from({ length: size.layerCount }, (_, layer): LayerEdits | null => {
    const edits = Array.from({ length: size.headCount }, (_, head): HeadEdit | null => {
      const change = heads.find((other) => other.layer === layer && other.head === head);
      const cutHere = cuts.filter(
        (cut) => cut.layer === layer && (cut.head === null || cut.head === head),
      );
      const scale = change?.scale ?? 1;
      const weights = planWeights(change, size, weightsOf);
      const isChanged =
        scale !== 1 || weights !== null || cutHere.length > 0 || hiddenTokens.length > 0;
      return isChanged ? { scale, weights, hiddenKeys: hiddenTokens, cuts: cutHere } : null;
    });
    return edits.every((edit) => edit === null) ? null : edits;
  });
  return plan.every((edits) => edits === null) ? null : plan;
}

function planWeights(
  change: HeadChange | undefined,
  { layerCount, headCount, tokenCount }: ChangeableSize,
  weightsOf: WeightsOfRun,
): WeightsEdit | null {
  if (change === undefined || change.replacement === null) return null;
  const { replacement, layer, head } = change;
  switch (replacement.kind) {
    case 'other-run': {
      const weights = weightsOf(replacement.run, layer, head);
      const [, queryCount, keyCount] = weights.probs.shape;
      if (queryCount !== tokenCount || keyCount !== tokenCount) failOther(tokenCount, queryCount);
      return { kind: 'fixed', ...weights };
    }
    case 'permuted':
      // Two heads with one seed are not to be permuted alike.
      return { kind: 'permuted', seed: (replacement.seed * layerCount + layer) * headCount + head };
    default:
      return replacement;
  }
}

/** @throws HeedFailure always: heads of runs that differ in size cannot take each other's place */
export function failOther(expected: number, actual: number): never {
  fail(
    'bad-request',
    'The other run has other heads or tokens.',
    `expected ${expected}, got ${actual}`,
  );
}

function check({ heads, cuts, hiddenTokens }: AttentionChanges, size: ChangeableSize): void {
  for (const { stack, layer, head, scale, replacement } of heads) {
    checkPlace(stack, layer, head, size);
    if (!(scale >= 0 && scale <= LARGEST_SCALE)) refuse('scale', scale);
    if (replacement !== null) checkReplacement(replacement);
  }
  for (const { stack, layer, head, query, key } of cuts) {
    checkPlace(stack, layer, head ?? 0, size);
    checkIndex('token', query, size.tokenCount);
    checkIndex('token', key, size.tokenCount);
  }
  for (const token of hiddenTokens) checkIndex('token', token, size.tokenCount);
  checkOnce(
    'head',
    heads.map(({ layer, head }) => `layer ${layer}, head ${head}`),
  );
  checkOnce(
    'cut',
    cuts.map(
      ({ layer, head, query, key }) => `layer ${layer}, head ${head}, query ${query}, key ${key}`,
    ),
  );
  checkOnce('hidden token', hiddenTokens.map(String));
}

function checkPlace(stack: StackName, layer: number, head: number, size: ChangeableSize): void {
  if (stack !== 'self') fail('bad-request', `This model has no stack ${stack}.`);
  checkIndex('layer', layer, size.layerCount);
  checkIndex('head', head, size.headCount);
}

function checkReplacement(replacement: Replacement): void {
  if (replacement.kind === 'temperature') {
    const { temperature } = replacement;
    const { min, max } = TEMPERATURES;
    if (!(temperature >= min && temperature <= max)) refuse('temperature', temperature);
  }
  if (replacement.kind === 'permuted') {
    const { seed } = replacement;
    if (!(Number.isSafeInteger(seed) && seed >= 0 && seed < 2 ** 32)) refuse('seed', seed);
  }
}

function checkIndex(what: string, index: number, count: number): void {
  if (!(Number.isInteger(index) && index >= 0 && index < count)) {
    fail('bad-request', `There is no such ${what}.`, `${what} ${index} of ${count}`);
  }
}

function checkOnce(what: string, names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) fail('bad-request', `A ${what} is changed twice.`, name);
    seen.add(name);
  }
}

function refuse(what: string, value: number): never {
  fail('bad-request', `A head cannot have such a ${what}.`, `${what} ${value}`);
}
