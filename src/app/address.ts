import { useSyncExternalStore } from 'react';

/** The workspaces by their address: `#/vision`, `#/translation`. */
export const workspaceNames = ['vision', 'translation'] as const;
export type WorkspaceName = (typeof workspaceNames)[number];

/** The workspace and the state that follows it: `#/vision?layer=4`. */
export interface Address {
  readonly workspace: WorkspaceName;
  readonly parameters: string;
}

/** Reads `location.hash`. An unknown workspace is the first one. */
export function parseAddress(hash: string): Address {
  const [path = '', parameters = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const workspace = workspaceNames.find((name) => name === path) ?? workspaceNames[0];
  return { workspace, parameters };
}

export function formatAddress({ workspace, parameters }: Address): string {
  return `#/${workspace}${parameters ? `?${parameters}` : ''}`;
}

function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}

export function useHash(): string {
  return useSyncExternalStore(subscribe, () => location.hash);
}
