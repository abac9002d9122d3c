/** What a model is, before its weights are loaded. */
import type { ModelMemory, ModelSheet, ModelSource } from '../engine/model-protocol.ts';
import { identityOf } from '../engine/model-source.ts';
import type { FileSource } from './checkpoint/cached-files.ts';
import { shorten } from './checkpoint/fields.ts';
import { MOST_TEXT_BYTES } from './checkpoint/files.ts';
import { nameOfFolder } from './checkpoint/folder.ts';
import { findLicence } from './checkpoint/model-card.ts';
import { folderOf } from './checkpoint/open-model.ts';
import { OpenedFiles } from './checkpoint/opened-files.ts';
import {
  type PartialFiles,
  partsOfOpened,
  partsOfRemote,
  readSmallText,
} from './checkpoint/partial-files.ts';
import type { TensorDescription } from './checkpoint/safetensors.ts';
import { readWeightsHeader, type WeightsHeader } from './checkpoint/weights-header.ts';
import type { Device } from './device-memory.ts';
import { fail, HeedFailure } from './failure.ts';
import type { ModelDescription } from './models/model-family.ts';
import { findFamily, readModelType } from './models/model-types.ts';
import { memoryOf } from './models/model-memory.ts';
import { TOKENIZER_FILES } from './text/load-tokenizer.ts';

const MOST_CARD_BYTES = 2e6;

/** What the model is to blame for, and no connection. */
const CODES_OF_MODEL: ReadonlySet<string> = new Set([
  'model-unsupported',
  'model-invalid',
  'model-missing',
  'weights-invalid',
]);

/**
 * Reads settings, card and the headers of the weights.
 * @param device what the model would run on
 * @throws HeedFailure `model-missing` where no config.json is, `network`, `access-denied`,
 *   `bad-request`; what the model is to blame for is in the sheet
 */
export async function inspectModel(
  source: ModelSource,
  network: FileSource,
  device: Device,
  signal: AbortSignal,
): Promise<ModelSheet> {
  const { title, files } = openParts(source, network);
  const reading = { files, signal };
  const config = await readText(reading, 'config.json', MOST_TEXT_BYTES);
  if (config === null) {
    return fail('model-missing', `There is no model “${title}”: it has no config.json.`);
  }
  const card = await readCard(reading);
  const sheet: ModelSheet = {
    ...EMPTY,
    identity: identityOf(source),
    title,
    licence: card === null ? null : findLicence(card),
  };
  try {
    return { ...sheet, ...(await describe(config, reading, device)) };
  } catch (error) {
    if (!(error instanceof HeedFailure) || !CODES_OF_MODEL.has(error.failure.code)) throw error;
    const { message, field = null } = error.failure;
    return { ...sheet, ...named(config), unsupported: { field, message } };
  }
}

const EMPTY: Omit<ModelSheet, 'identity' | 'title' | 'licence'> = {
  kind: null,
  modelType: '',
  parameterCount: null,
  isEstimated: false,
  stacks: [],
  input: null,
  labelCount: null,
  vocabulary: null,
  storedAs: [],
  bytes: null,
  memory: null,
  isKept: false,
  unsupported: null,
};

interface Reading {
  readonly files: PartialFiles;
  readonly signal: AbortSignal;
}

function openParts(
  source: ModelSource,
  network: FileSource,
): { readonly title: string; readonly files: PartialFiles } {
  if (source.kind === 'files') {
    const opened = new OpenedFiles(source.files);
    return { title: opened.folder ?? 'model', files: partsOfOpened(opened) };
  }
  const folder = folderOf(source);
  return {
    title: source.kind === 'hub' ? source.id : nameOfFolder(folder),
    files: partsOfRemote(folder.href, network),
  };
}

function readText(
  { files, signal }: Reading,
  name: string,
  mostBytes: number,
): Promise<string | null> {
  return readSmallText(files, name, mostBytes, signal);
}

/** A model without a card, or with one that is no text, is a model all the same. */
async function readCard(reading: Reading): Promise<string | null> {
  try {
    return await readText(reading, 'README.md', MOST_CARD_BYTES);
  } catch (error) {
    if (error instanceof HeedFailure) return null;
    throw error;
  }
}

/** Kind and type, as far as config.json tells them. */
function named(config: string): Pick<ModelSheet, 'kind' | 'modelType'> {
  try {
    const modelType = shorten(readModelType(config));
    return { modelType, kind: findFamily(config).kind };
  } catch (error) {
    if (!(error instanceof HeedFailure)) throw error;
    return { modelType: modelTypeOrNone(config), kind: null };
  }
}

function modelTypeOrNone(config: string): string {
  try {
    return shorten(readModelType(config));
  } catch (error) {
    if (!(error instanceof HeedFailure)) throw error;
    return '';
  }
}

async function describe(
  config: string,
  reading: Reading,
  device: Device,
): Promise<Partial<ModelSheet>> {
  const family = findFamily(config);
  const isVision = family.kind === 'vision';
  const preprocessor = isVision
    ? await readText(reading, 'preprocessor_config.json', MOST_TEXT_BYTES)
    : null;
  const description = family.describe({ config, preprocessor }, device.attentionBytes);
  const others = isVision ? (preprocessor?.length ?? 0) : await tokenizerBytes(reading);
  const header = await readWeightsHeader(reading.files, reading.signal);
  checkTypes(header.tensors ?? []);
  const { stacks, input, labelCount, vocabulary } = description;
  return {
    ...named(config),
    ...countParameters(header, description),
    stacks,
    input,
    labelCount,
    vocabulary,
    storedAs: storedTypes(header.tensors ?? []),
    bytes: header.bytes === null ? null : header.bytes + config.length + others,
    memory: memoryOn(device, description),
    isKept: header.isKept,
  };
}

function memoryOn(device: Device, description: ModelDescription): ModelMemory {
  return {
    ...memoryOf(description, device.backend),
    available: device.memory?.bytes ?? null,
    availableBecause: device.memory?.because ?? null,
  };
}

/** Bytes of the tokenizer's files; those whose length nobody tells count as none. */
async function tokenizerBytes({ files, signal }: Reading): Promise<number> {
  for (const names of TOKENIZER_FILES) {
    const found = await Promise.all(names.map((name) => files.open(name, signal)));
    if (found.every((file) => file !== null)) {
      return found.reduce((sum, file) => sum + (file.size ?? 0), 0);
    }
  }
  return fail(
    'model-missing',
    'There is no tokenizer at this address: neither tokenizer.json nor source.spm, target.spm and vocab.json.',
  );
}

function elementCount({ shape }: TensorDescription): number {
  return shape.reduce((product, size) => product * size, 1);
}

const WEIGHT_TYPES: ReadonlySet<string> = new Set(['F32', 'F16', 'BF16', 'I8']);

/** Neither buffers (positions counted in whole numbers) nor the scales beside weights of 8 bits. */
function isParameter({ name, dtype }: TensorDescription): boolean {
  return WEIGHT_TYPES.has(dtype) && !/(?:\.SCB|_scale|_zero_point|_format)$/.test(name);
}

function countParameters(
  { tensors }: WeightsHeader,
  description: ModelDescription,
): Pick<ModelSheet, 'parameterCount' | 'isEstimated'> {
  if (tensors === null) return { parameterCount: description.parameterCount, isEstimated: true };
  const counted = tensors
    .filter(isParameter)
    .reduce((sum, tensor) => sum + elementCount(tensor), 0);
  return { parameterCount: counted, isEstimated: false };
}

/** Types of parameters, that of most numbers first. */
function storedTypes(tensors: readonly TensorDescription[]): string[] {
  const counts = new Map<string, number>();
  for (const tensor of tensors.filter(isParameter)) {
    counts.set(tensor.dtype, (counts.get(tensor.dtype) ?? 0) + elementCount(tensor));
  }
  return [...counts].toSorted(([, a], [, b]) => b - a).map(([dtype]) => dtype);
}

/** Matrices of a type that loading would refuse. */
function checkTypes(tensors: readonly TensorDescription[]): void {
  const refused = tensors.find(
    ({ name, shape, dtype }) =>
      name.endsWith('weight') && shape.length > 1 && !WEIGHT_TYPES.has(dtype),
  );
  if (refused === undefined) return;
  fail(
    'model-unsupported',
    `Weights of type ${refused.dtype} are not supported; F32, F16, BF16 and I8 are.`,
    `${refused.name}: ${refused.dtype}`,
  );
}
