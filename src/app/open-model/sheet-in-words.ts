import type { ModelSheet, ModelSource, Precision } from '../../engine/model-protocol.ts';
import { bytesInWords, countInWords } from '../../math/format-size.ts';
import { bytesNeeded, fitOf } from './model-memory.ts';

/** A line of the sheet. */
export interface SheetRow {
  readonly name: string;
  readonly value: string;
  /** Whether it speaks against loading the model. */
  readonly isWarning?: boolean;
}

const stackNames = {
  self: '',
  encoder: 'encoder ',
  decoder: 'decoder ',
  cross: 'across ',
} as const;

function layersInWords({ stacks }: ModelSheet): string {
  return stacks
    .map(({ stack, layerCount, headCount }) => `${stackNames[stack]}${layerCount} × ${headCount}`)
    .join(', ');
}

function parametersInWords({ parameterCount, isEstimated, unsupported }: ModelSheet): string {
  if (parameterCount === null) return unsupported ? '' : 'not known';
  return `${isEstimated ? 'about ' : ''}${countInWords(parameterCount)}`;
}

function inputInWords({ input }: ModelSheet): string {
  if (input === null) return '';
  const { width, height, patchWidth, patchHeight } = input;
  const count = Math.floor(width / patchWidth) * Math.floor(height / patchHeight);
  return `${width} × ${height} pixels, ${count} patches of ${patchWidth} × ${patchHeight}`;
}

function labelsInWords(labelCount: number): string {
  return labelCount === 0
    ? 'none: no predictions, but every map of attention'
    : labelCount.toLocaleString('en');
}

function vocabularyInWords({ vocabulary }: ModelSheet): string {
  if (vocabulary === null) return '';
  const source = vocabulary.source.toLocaleString('en');
  const target = vocabulary.target.toLocaleString('en');
  return source === target ? `${source} tokens` : `${source} source, ${target} target tokens`;
}

function toLoadInWords({ bytes, isKept, unsupported }: ModelSheet, source: ModelSource): string {
  if (bytes === null && unsupported) return '';
  const size = bytes === null ? 'the server does not say' : bytesInWords(bytes);
  if (source.kind === 'files') return `${size}, from your files`;
  return isKept ? `${size}, kept in this browser` : size;
}

/** Memory: all of it, its parts, and what there is. */
export function memoryInWords({ memory }: ModelSheet, precision: Precision): SheetRow | null {
  if (memory === null) return null;
  const { activations, attention, available, availableBecause } = memory;
  const parts = [
    `weights ${bytesInWords(memory.weights[precision])}`,
    `activations ${bytesInWords(activations)}`,
    `attention ${bytesInWords(attention)}`,
  ].join(', ');
  const there =
    available === null ? '' : ` ${availableBecause ?? `There are ${bytesInWords(available)}`}.`;
  const fit = fitOf(memory, precision);
  return {
    name: 'Memory',
    value: `about ${bytesInWords(bytesNeeded(memory, precision))}: ${parts}.${there}`,
    isWarning: fit === 'not' || fit === 'tight',
  };
}

/** All that is known of a model before its weights are fetched. */
export function sheetRows(
  sheet: ModelSheet,
  source: ModelSource,
  precision: Precision,
): readonly SheetRow[] {
  const { labelCount } = sheet;
  const rows: (SheetRow | null)[] = [
    { name: 'Type', value: sheet.modelType || 'none named' },
    { name: 'Parameters', value: parametersInWords(sheet) },
    { name: 'Layers × heads', value: layersInWords(sheet) },
    { name: 'Input', value: inputInWords(sheet) },
    labelCount === null ? null : { name: 'Labels', value: labelsInWords(labelCount) },
    { name: 'Vocabulary', value: vocabularyInWords(sheet) },
    { name: 'Stored as', value: sheet.storedAs.join(', ') },
    { name: 'To load', value: toLoadInWords(sheet, source) },
    memoryInWords(sheet, precision),
    { name: 'Licence', value: sheet.licence ?? 'the model’s card names none' },
  ];
  return rows.filter((row) => row !== null).filter(({ value }) => value !== '');
}

/** Why a person should think before loading it; null where nothing speaks against it. */
export function warningOf({ memory }: ModelSheet, precision: Precision): string | null {
  switch (fitOf(memory, precision)) {
    case 'not':
      return 'It needs more memory than this device gives the page. Weights of half precision or 8 bits need less; without them it may fail.';
    case 'tight':
      return 'It needs most of the memory that this device gives the page. Close other tabs, or keep the weights in half precision.';
    case 'well':
    case 'unknown':
      return null;
  }
}

export interface PrecisionChoice {
  readonly value: Precision;
  readonly label: string;
  /** What is lost by it. */
  readonly account: string;
}

export const precisionChoices: readonly PrecisionChoice[] = [
  {
    value: 'float32',
    label: 'Exact',
    account: 'Single precision: every number as the model’s files have it.',
  },
  {
    value: 'float16',
    label: 'Half',
    account:
      'Half precision: each weight is rounded to 11 bits. On the models of Heed’s tests attention moves by 0.003 at most.',
  },
  {
    value: 'int8',
    label: '8 bits',
    account:
      '8 bits: matrices are rounded to 255 steps for each output. On the models of Heed’s tests attention moves by up to 0.05: maps may look different.',
  },
];
