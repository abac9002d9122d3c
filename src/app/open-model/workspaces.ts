import type { ModelSource } from '../../engine/model-protocol.ts';
import { identityOf } from '../../engine/model-source.ts';
import type { TranslationModelInfo } from '../../engine/translation-protocol.ts';
import {
  embeddedModels,
  sourceOf,
  type TranslationModel,
} from '../../workspaces/translation/models.ts';
import type { TranslationSession } from '../../workspaces/translation/session.ts';
import type { VisionSession } from '../../workspaces/vision/session.ts';
import { formatAddress, parseAddress, type WorkspaceName } from '../address.ts';
import { languagesOf } from './languages-of.ts';
import type { LoadedModel, Workspaces } from './opening.ts';

/** How Translation lists a model: its own, or an opened one. */
export function translationModelOf(
  { identity, precision }: Pick<TranslationModelInfo, 'identity' | 'precision'>,
  source: ModelSource,
  title: string,
): TranslationModel {
  const embedded = embeddedModels.find((model) => identityOf(sourceOf(model)) === identity);
  if (embedded) return embedded;
  return { id: identity, title, ...languagesOf(title), opened: { source, precision } };
}

/** Brings a workspace to the front. What is shown in it follows by itself. */
function bringToFront(workspace: WorkspaceName): void {
  if (parseAddress(location.hash).workspace !== workspace)
    location.hash = formatAddress({ workspace, parameters: '' });
}

/** A link's settings, which are its own workspace's. */
function settingsFor(workspace: WorkspaceName, parameters: string | null): string | null {
  return parseAddress(location.hash).workspace === workspace ? parameters : null;
}

/** Both workspaces, as far as models are opened in them. */
export function openingWorkspaces(
  vision: VisionSession,
  translation: TranslationSession,
): Workspaces {
  const show = async ({ info, source, title, parameters, notice }: LoadedModel): Promise<void> => {
    const settings = settingsFor(info.kind, parameters);
    // Taken first: a workspace that has no model yet would load its own when it comes to the front.
    const shown =
      info.kind === 'vision'
        ? vision.takeModel(info, source, settings, notice)
        : translation.takeModel(translationModelOf(info, source, title), settings, notice);
    bringToFront(info.kind);
    await shown;
  };

  return {
    whenLoaded: () => vision.whenLoaded(),
    show,
    setIncoming: (words) => {
      vision.setIncoming(words);
      translation.setIncoming(words);
    },
  };
}
