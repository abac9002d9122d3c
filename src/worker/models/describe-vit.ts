import { runMemory } from '../checkpoint/vision-memory.ts';
import { parseVitConfig, type VitConfig, withInputSize } from '../checkpoint/config.ts';
import { outputSize, parsePreprocessorConfig } from '../checkpoint/preprocessor-config.ts';
import { fail } from '../failure.ts';
import type { ModelDescription, SettingsFiles } from './model-family.ts';

/**
 * The settings of a vision model as it will run: a model that takes any size runs at its
 * preprocessor's.
 * @throws HeedFailure as their parsers, and `model-missing` without preprocessor_config.json
 */
export function readVitSettings({ config, preprocessor }: SettingsFiles) {
  const trained = parseVitConfig(config);
  if (preprocessor === null) {
    return fail(
      'model-missing',
      'There is no preprocessor_config.json beside config.json, which says how pictures are prepared.',
    );
  }
  const prepared = parsePreprocessorConfig(preprocessor, trained);
  const size = outputSize(prepared);
  return {
    config: trained.takesAnySize && size !== null ? withInputSize(trained, size) : trained,
    preprocessor: prepared,
  };
}

export function describeVit(files: SettingsFiles, attentionBytes: number): ModelDescription {
  const { config } = readVitSettings(files);
  const { layerCount, headCount } = config;
  const intermediateSize = innerWidth(config);
  const memory = runMemory({ ...config, intermediateSize }, attentionBytes);
  const matrices = layerCount * layerMatrices(config);
  const others =
    layerCount * layerVectors(config) + embeddingElements(config) + headElements(config);
  return {
    stacks: [{ stack: 'self', layerCount, headCount }],
    input: {
      width: config.imageWidth,
      height: config.imageHeight,
      patchWidth: config.patchWidth,
      patchHeight: config.patchHeight,
    },
    labelCount: hasHead(config) ? config.labels.length : 0,
    vocabulary: null,
    parameterCount: matrices + others,
    packableElements: matrices,
    expandedElements: layerMatrices(config),
    singleElements: others,
    activationBytes: memory.activations,
    attentionBytes: memory.attention,
  };
}

function hasHead({ architectures }: VitConfig): boolean {
  return architectures.some((name) => name.includes('ForImageClassification'));
}

/** Outputs of an MLP's first product: gates and what they let through stand side by side. */
function innerWidth({ activation, intermediateSize }: VitConfig): number {
  return (activation === 'swiglu' ? 2 : 1) * intermediateSize;
}

function layerMatrices(config: VitConfig): number {
  const { hiddenSize: width, intermediateSize } = config;
  return 4 * width ** 2 + width * innerWidth(config) + intermediateSize * width;
}

function layerVectors(config: VitConfig): number {
  const { hiddenSize: width, qkvBias, takesAnySize } = config;
  const biases = (qkvBias ? 4 : 1) * width + innerWidth(config) + width;
  const layerScales = takesAnySize ? 2 * width : 0;
  return biases + 4 * width + layerScales;
}

function embeddingElements(config: VitConfig): number {
  const { hiddenSize: width, channelCount, patchWidth, patchHeight } = config;
  const { positionGrid, registerCount, specialTokens } = config;
  const projection = (channelCount * patchWidth * patchHeight + 1) * width;
  const placedTokens = specialTokens.length - registerCount;
  const positions = (placedTokens + positionGrid.columns * positionGrid.rows) * width;
  return projection + positions + specialTokens.length * width + 2 * width;
}

function headElements(config: VitConfig): number {
  if (!hasHead(config)) return 0;
  const { hiddenSize: width, labels, takesAnySize, architectures } = config;
  const isTaught = architectures.some((name) => name.endsWith('WithTeacher'));
  return (isTaught ? 2 : 1) * ((takesAnySize ? 2 : 1) * width + 1) * labels.length;
}
