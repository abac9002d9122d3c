/** In the order of `source/translator-activation.h`. */
export const ACTIVATIONS = ['none', 'relu', 'swish', 'gelu', 'gelu_new'] as const;

/** What stands between the two products of a translator's MLP. */
export type TranslatorActivation = Exclude<(typeof ACTIVATIONS)[number], 'none'>;
