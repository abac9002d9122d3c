/**
 * Models in links: `model=org/name@revision`, with `hub=` for another Hub, or `model=` an address, and
 * `precision=` where its weights are kept in less than single precision. A model from a person's own files is named, so that a link says what it was made with, but no link can
 * bring it back.
 */
import type { ModelSource, Precision } from './model-protocol.ts';
import {
  defaultHub,
  defaultRevision,
  identityOf,
  parseFolderAddress,
  parseModelId,
} from './model-source.ts';

const modelKey = 'model';
const hubKey = 'hub';
const precisionKey = 'precision';
const precisions: readonly Precision[] = ['float32', 'float16', 'int8'];

/**
 * Where a model lies that a person named in a word: `org/name`, `org/name@revision` or the address
 * of its folder.
 * @param hub the Hub's address, for ids
 * @returns null for anything else
 */
export function sourceOfText(text: string, hub: string): ModelSource | null {
  const named = parseModelId(text);
  if (named) return { kind: 'hub', hub, ...named };
  const address = parseFolderAddress(text, location.origin);
  return address === null ? null : { kind: 'address', address };
}

/** The word for a source. */
export function textOfSource(source: ModelSource): string {
  switch (source.kind) {
    case 'hub':
      return source.revision === defaultRevision ? source.id : `${source.id}@${source.revision}`;
    case 'address':
      return source.address;
    case 'files':
      return identityOf(source);
    default:
      return source satisfies never;
  }
}

/** Adds a model, and how its weights are kept, to a link's parameters. */
export function writeModel(
  parameters: URLSearchParams,
  source: ModelSource,
  precision: Precision,
): void {
  parameters.set(modelKey, textOfSource(source));
  if (source.kind === 'hub' && source.hub !== defaultHub) parameters.set(hubKey, source.hub);
  if (precision !== 'float32') parameters.set(precisionKey, precision);
}

/** A model that a link names and that Heed does not bring along. */
export interface LinkedModel {
  /** As the link has it. */
  readonly text: string;
  /** The model's identity; null if the text names none. */
  readonly identity: string | null;
  /** Null if the text names nothing that could be loaded. */
  readonly source: ModelSource | null;
  /** `float32` where the link does not say, or says what there is not. */
  readonly precision: Precision;
}

const filesPrefix = 'files:';

/** Whether a link was made with a model from a person's own files. */
export function isOfFiles({ text }: LinkedModel): boolean {
  return text.startsWith(filesPrefix);
}

/**
 * The model that a link names, unless it is one that Heed brings along: those have a name without a
 * slash.
 */
export function readModel(parameters: URLSearchParams): LinkedModel | null {
  const text = parameters.get(modelKey);
  if (text === null) return null;
  const asked = parameters.get(precisionKey);
  const precision = precisions.find((known) => known === asked) ?? 'float32';
  if (text.startsWith(filesPrefix)) return { text, identity: text, source: null, precision };
  if (!text.includes('/')) return null;
  const hub = parameters.get(hubKey);
  const address = hub === null ? defaultHub : parseFolderAddress(hub, location.origin);
  const source = address === null ? null : sourceOfText(text, address);
  return { text, identity: source && identityOf(source), source, precision };
}
