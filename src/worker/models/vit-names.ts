import type { VitConfig } from '../checkpoint/config.ts';

/** What a layer's parts are called in a checkpoint, where the families differ. */
export interface LayerNames {
  readonly normBefore: string;
  readonly normAfter: string;
  readonly intermediate: string;
  readonly output: string;
  /** Layer scales, or null where there are none. */
  readonly attentionScale: string | null;
  readonly outputScale: string | null;
}

const VIT: LayerNames = {
  normBefore: 'layernorm_before',
  normAfter: 'layernorm_after',
  intermediate: 'intermediate.dense',
  output: 'output.dense',
  attentionScale: null,
  outputScale: null,
};

const DINOV2: LayerNames = {
  normBefore: 'norm1',
  normAfter: 'norm2',
  intermediate: 'mlp.fc1',
  output: 'mlp.fc2',
  attentionScale: 'layer_scale1.lambda1',
  outputScale: 'layer_scale2.lambda1',
};

export function layerNames({ modelType }: VitConfig): LayerNames {
  return modelType === 'dinov2' || modelType === 'dinov2_with_registers' ? DINOV2 : VIT;
}
