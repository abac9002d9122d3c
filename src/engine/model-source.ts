/** What a person types to name a model, and what names it afterwards. */
import type { ModelSource } from './model-protocol.ts';

/** The Hub that is asked unless the person names another. */
export const defaultHub = 'https://huggingface.co/';

export const defaultRevision = 'main';

/** Half of an id, by the rules of the Hub: no dot or hyphen at an end. */
const namePart = /^[A-Za-z0-9_](?:[\w.-]{0,94}[A-Za-z0-9_])?$/;
const longestRevision = 128;
const revisionPattern = /^\w[\w./-]*$/;

function isName(part: string | undefined): boolean {
  return part !== undefined && namePart.test(part) && !/--|\.\./.test(part);
}

/** Whether a text is `org/name` as the Hub has it. */
export function isModelId(id: string): boolean {
  const parts = id.split('/');
  return parts.length === 2 && parts.every(isName);
}

/** Whether a text may be a branch, a tag or a commit: `main`, `refs/pr/1`. */
export function isRevision(revision: string): boolean {
  return (
    revision.length <= longestRevision &&
    revisionPattern.test(revision) &&
    !/\.\.|\/\/|\/$/.test(revision)
  );
}

/**
 * Reads `org/name` or `org/name@revision`.
 * @returns null for anything else
 */
export function parseModelId(
  text: string,
): { readonly id: string; readonly revision: string } | null {
  const [id = '', revision = defaultRevision, ...rest] = text.trim().split('@');
  return rest.length === 0 && isModelId(id) && isRevision(revision) ? { id, revision } : null;
}

/** Whether the page may fetch from an address: by https, or from a server on this machine. */
function isReachable({ protocol, hostname }: URL): boolean {
  if (protocol === 'https:') return true;
  return protocol === 'http:' && (hostname === 'localhost' || hostname === '127.0.0.1');
}

/**
 * The address of a folder, with a slash at its end. What follows `?` or `#` is left out.
 * @param own origin of the page, which may be any
 * @returns null for what is no address, has a password in it, or may not be fetched from
 */
export function parseFolderAddress(text: string, own: string | null = null): string | null {
  const trimmed = text.trim();
  if (!/^https?:\/\//i.test(trimmed) || !URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  if (url.username !== '' || url.password !== '') return null;
  if (url.origin !== own && !isReachable(url)) return null;
  url.search = '';
  url.hash = '';
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url.href;
}

/** A short number that two lists of files hardly share: FNV-1a, 32 bits, in hexadecimal. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}

/** The name that calls, links and lists have for a model. The same source has the same name. */
export function identityOf(source: ModelSource): string {
  switch (source.kind) {
    case 'address':
      return source.address;
    case 'hub': {
      const name = `hub:${source.id}@${source.revision}`;
      return source.hub === defaultHub ? name : `${name} at ${source.hub}`;
    }
    case 'files': {
      const [first] = source.files;
      const described = source.files
        .map(({ path, file }) => `${path}\n${file.size}\n${file.lastModified}`)
        .toSorted()
        .join('\n');
      return `files:${first?.path.split('/', 1)[0] ?? ''}#${fingerprint(described)}`;
    }
    default:
      return source satisfies never;
  }
}
