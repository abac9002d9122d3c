import { PictureError } from './decode.ts';

function parseAddress(text: string): URL {
  const trimmed = text.trim();
  try {
    const url = new URL(/^[a-z][a-z0-9+.-]*:/i.test(trimmed) ? trimmed : `https://${trimmed}`);
    if (['http:', 'https:', 'data:', 'blob:'].includes(url.protocol)) return url;
  } catch {
    // Said below, as for an address of another kind.
  }
  throw new PictureError(`“${trimmed.slice(0, 80)}” is not the address of a picture.`);
}

/**
 * Fetches a picture from an address that the person gave. No cookies and no referrer go with it.
 * @throws PictureError for a bad address, a server that refuses, or one that forbids other pages
 */
export async function fetchPicture(
  text: string,
  signal: AbortSignal,
): Promise<{ blob: Blob; name: string }> {
  const url = parseAddress(text);
  const place = url.host || 'This address';
  let response: Response;
  try {
    response = await fetch(url, {
      mode: 'cors',
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw new PictureError(
      `${place} can’t be reached, or does not let other pages read its pictures; save the picture and drop it here.`,
      { cause: error },
    );
  }
  if (!response.ok) throw new PictureError(`${place} answered with error ${response.status}.`);
  const name = decodeURIComponent(url.pathname.split('/').pop() ?? '') || url.host;
  return { blob: await response.blob(), name: name.slice(0, 80) };
}
