/** The translation models that Heed brings along: one line each, the folder in `public/models`. */
export const embeddedModels = [
  {
    id: 'heed-marian-en-fr',
    title: 'Transformer, English → French',
    from: 'English',
    to: 'French',
  },
] as const satisfies readonly EmbeddedModel[];

export interface EmbeddedModel {
  /** Folder name. */
  readonly id: string;
  readonly title: string;
  /** Names of the languages. */
  readonly from: string;
  readonly to: string;
}

export type ModelId = (typeof embeddedModels)[number]['id'];

export const firstModel: ModelId = 'heed-marian-en-fr';

export function findModel(id: string | null): (EmbeddedModel & { readonly id: ModelId }) | null {
  return embeddedModels.find((model) => model.id === id) ?? null;
}

/** The checkpoint folder's address, with a slash at its end. */
export function modelAddress(id: ModelId): string {
  return new URL(`${import.meta.env.BASE_URL}models/${id}/`, document.baseURI).href;
}
