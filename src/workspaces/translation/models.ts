/** The translation models that Heed brings along: one line each, the folder in `public/models`. */
export const embeddedModels = [
  {
    id: 'heed-marian-en-fr',
    title: 'Transformer, English → French',
    from: 'English',
    to: 'French',
  },
  {
    id: 'heed-gru-en-fr',
    title: 'Recurrent, English → French',
    from: 'English',
    to: 'French',
  },
  {
    id: 'heed-marian-fr-en',
    title: 'Transformer, French → English',
    from: 'French',
    to: 'English',
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

/** The models that translate between the same languages: what a model can be compared with. */
export function modelsBeside(id: ModelId): readonly (typeof embeddedModels)[number][] {
  const own = findModel(id);
  return embeddedModels.filter(({ from, to }) => from === own?.from && to === own.to);
}

/** The checkpoint folder's address, with a slash at its end. */
export function modelAddress(id: ModelId): string {
  return new URL(`${import.meta.env.BASE_URL}models/${id}/`, document.baseURI).href;
}
