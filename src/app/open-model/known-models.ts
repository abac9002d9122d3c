/** Public checkpoints whose families Heed computes as the reference does. They were not all tried. */
export const knownModels: readonly { readonly id: string; readonly what: string }[] = [
  { id: 'facebook/dino-vits16', what: 'DINO, 22 M' },
  { id: 'google/vit-base-patch16-224', what: 'ViT-B/16, 87 M' },
  { id: 'facebook/deit-tiny-patch16-224', what: 'DeiT-Ti, 6 M' },
  { id: 'facebook/deit-small-distilled-patch16-224', what: 'DeiT-S, distilled, 22 M' },
  { id: 'facebook/dinov2-small', what: 'DINOv2-S, 22 M' },
  { id: 'facebook/dinov2-with-registers-small', what: 'DINOv2-S with registers, 22 M' },
  { id: 'facebook/vit-mae-base', what: 'masked autoencoder, 112 M' },
  { id: 'Helsinki-NLP/opus-mt-en-de', what: 'English → German, 74 M' },
  { id: 'Helsinki-NLP/opus-mt-en-fr', what: 'English → French, 75 M' },
  { id: 'Helsinki-NLP/opus-mt-de-en', what: 'German → English, 74 M' },
  { id: 'Helsinki-NLP/opus-mt-en-ROMANCE', what: 'English → Romance languages, 78 M' },
];
