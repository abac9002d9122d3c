import { isOfFiles, type LinkedModel, readModel } from '../../engine/model-link.ts';
import { parseAddress, type WorkspaceName } from '../address.ts';
import type { ModelOpening } from './opening.ts';

/** What of a workspace a link's model is compared with. */
export interface LinkedWorkspace {
  readonly start: (parameters: string) => Promise<void>;
  readonly knowsModelOf: (parameters: string) => boolean;
}

export type LinkedWorkspaces = Readonly<Record<WorkspaceName, LinkedWorkspace>>;

/** Why a link's model cannot be opened, or null if it can be tried. */
function whyNot(linked: LinkedModel): string | null {
  if (linked.source !== null) return null;
  if (isOfFiles(linked))
    return 'This link was made with a model from someone’s own files, which no link can hold: open the same files to see what it shows.';
  return `This link names the model “${linked.text.slice(0, 80)}”, which is neither an id such as org/name nor the address of a folder.`;
}

/**
 * Opens the model that the page's address names, unless its workspace has it: in the link of a
 * workspace, or as `?model=` before any.
 */
export async function followAddress(
  { hash, search }: Pick<Location, 'hash' | 'search'>,
  opening: ModelOpening,
  workspaces: LinkedWorkspaces,
): Promise<void> {
  const { workspace, parameters } = parseAddress(hash);
  const isPlain = parameters === '';
  const linked = readModel(new URLSearchParams(isPlain ? search : parameters));
  if (linked === null || (!isPlain && workspaces[workspace].knowsModelOf(parameters))) return;
  const reason = whyNot(linked);
  if (reason !== null) opening.fail(reason);
  const { source, precision } = linked;
  const wish = { isToLoad: true, parameters: isPlain ? null : parameters, precision };
  const isShown = source !== null && (await opening.openSource({ source, ...wish }));
  // The workspace waited for the model: without it, it begins with its own.
  if (!isShown) await workspaces[workspace].start('');
}
