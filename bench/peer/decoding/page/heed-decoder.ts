/** Heed's side: the model's own session and the greedy search of the engine. */
import { searchGreedily } from '../../../../src/worker/decoding/greedy.ts';
import { stepsOf } from '../../../../src/worker/decoding/hypothesis.ts';
import type { DecodingSettings } from '../../../../src/worker/decoding/settings.ts';
import type { TranslationModel } from '../../../../src/worker/models/translation-model.ts';
import type { Decode } from './decoded.ts';

/** The rows of all layers of a stack, cut into layers. */
function byLayer(rows: Float32Array, layerCount: number): Float32Array[] {
  const size = rows.length / layerCount;
  return Array.from({ length: layerCount }, (_, layer) =>
    rows.subarray(layer * size, (layer + 1) * size),
  );
}

export function heedDecoder(model: TranslationModel, settings: DecodingSettings): Decode {
  const { encoder, decoder, cross } = model.shape.stacks;
  return async (source) => {
    const encoded = model.encode(source);
    const session = encoded.begin();
    try {
      const { last } = await searchGreedily(session, settings);
      const layers = Array.from({ length: encoder?.layerCount ?? 0 }, (_, layer) =>
        encoded.readAttention(layer),
      );
      const steps = stepsOf(last);
      return {
        tokens: steps.map(({ token }) => token),
        attention: [
          ...(await Promise.all(layers)),
          ...steps.flatMap(({ rows }) => [
            ...byLayer(rows.decoder ?? new Float32Array(0), decoder?.layerCount ?? 0),
            ...byLayer(rows.cross, cross.layerCount),
          ]),
        ],
      };
    } finally {
      session.dispose();
      encoded.dispose();
    }
  };
}
