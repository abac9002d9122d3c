import type { ModelSource, Precision } from '../../engine/model-protocol.ts';

/** A model that the workspace can translate with. */
export interface TranslationModel {
  /** What selects name it by: its folder in `public/models`, or the identity of an opened one. */
  readonly id: string;
  readonly title: string;
  /** Names of the languages in English; null where nothing says them. */
  readonly from: string | null;
  readonly to: string | null;
  /** Where a model lies that the person opened; null for one that Heed brings along. */
  readonly opened: { readonly source: ModelSource; readonly precision: Precision } | null;
}

function embedded(id: string, title: string, from: string, to: string): TranslationModel {
  return { id, title, from, to, opened: null };
}

/** The one that is shown first. */
export const firstModel = embedded(
  'heed-marian-en-fr',
  'Transformer, English → French',
  'English',
  'French',
);

/** The translation models that Heed brings along: one line each, the folder in `public/models`. */
export const embeddedModels: readonly TranslationModel[] = [
  firstModel,
  embedded('heed-gru-en-fr', 'Recurrent, English → French', 'English', 'French'),
  embedded('heed-marian-fr-en', 'Transformer, French → English', 'French', 'English'),
];

/** Every model that the page knows: those that Heed brings along, then those that were opened. */
export function allModels(opened: readonly TranslationModel[]): readonly TranslationModel[] {
  return [...embeddedModels, ...opened];
}

/** The models that translate between the same languages: what a model can be compared with. */
export function modelsBeside(
  own: TranslationModel,
  opened: readonly TranslationModel[],
): readonly TranslationModel[] {
  return allModels(opened).filter(
    ({ id, from, to }) =>
      id === own.id || (from !== null && to !== null && from === own.from && to === own.to),
  );
}

/** What files and captions call it. */
export function nameOfModel({
  model,
  info,
}: {
  readonly model: TranslationModel;
  readonly info: { readonly name: string } | null;
}): string {
  return info?.name ?? model.title;
}

/** What the engine loads a model from. */
export function sourceOf({ id, opened }: TranslationModel): ModelSource {
  if (opened) return opened.source;
  const folder = new URL(`${import.meta.env.BASE_URL}models/${id}/`, document.baseURI);
  return { kind: 'address', address: folder.href };
}
