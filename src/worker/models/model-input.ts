import type { ModelInput } from '../../math/geometry.ts';
import type { VitConfig } from '../checkpoint/config.ts';
import type { PreprocessorConfig } from '../checkpoint/preprocessor-config.ts';

/** The picture that a model takes, and the share of it that its preprocessor crops. */
export function modelInput(config: VitConfig, { size, crop }: PreprocessorConfig): ModelInput {
  // For a shortest edge this is the share of a square picture.
  const resizedWidth = size === null ? null : size.kind === 'exact' ? size.width : size.length;
  const resizedHeight = size === null ? null : size.kind === 'exact' ? size.height : size.length;
  return {
    width: config.imageWidth,
    height: config.imageHeight,
    channelCount: config.channelCount,
    patchWidth: config.patchWidth,
    patchHeight: config.patchHeight,
    referenceCropX: crop === null || resizedWidth === null ? 1 : crop.width / resizedWidth,
    referenceCropY: crop === null || resizedHeight === null ? 1 : crop.height / resizedHeight,
  };
}
