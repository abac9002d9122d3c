import { fail } from '../failure.ts';

/** @throws HeedFailure `bad-request` unless the address names a folder */
export function parseFolder(address: string): URL {
  const folder = URL.canParse(address) ? new URL(address) : null;
  if (folder === null || !folder.pathname.endsWith('/'))
    return fail(
      'bad-request',
      'The address of a model names a folder: it ends with a slash.',
      address,
    );
  return folder;
}

/** A model's name: its folder's. */
export function nameOfFolder(folder: URL): string {
  return decodeURIComponent(folder.pathname.split('/').at(-2) ?? '') || folder.host;
}
