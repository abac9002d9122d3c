import { parseFolderAddress } from '../../engine/model-source.ts';
import { fail } from '../failure.ts';
import type { Fetch } from './answer.ts';

/** What a token may be: visible ASCII, so that it can stand in a header. */
const tokenPattern = /^[\x21-\x7e]{1,512}$/;

/**
 * Access tokens of Hubs, in memory alone. A token goes out with requests below its Hub's address and
 * with no other; where the Hub sends a request on to another origin, the browser leaves it out (Fetch
 * standard, HTTP-redirect fetch, step 13: `Authorization` ends at the origin).
 */
export class AccessTokens {
  readonly #tokens = new Map<string, string>();

  /**
   * @param token null forgets it
   * @throws HeedFailure `bad-request` for what cannot be a Hub or a token; the token is not repeated
   */
  set(hub: string, token: string | null): void {
    const address = parseFolderAddress(hub);
    if (address === null) fail('bad-request', 'The address of the Hub cannot be used.');
    const trimmed = token?.trim() ?? '';
    if (trimmed === '') {
      this.#tokens.delete(address);
      return;
    }
    if (!tokenPattern.test(trimmed)) {
      fail('bad-request', 'An access token is one word of letters, digits and signs.');
    }
    this.#tokens.set(address, trimmed);
  }

  /** The same way to the network, with tokens where they belong. */
  around(fetch: Fetch): Fetch {
    return (address, options) => {
      const token = this.#tokenFor(address);
      if (token === null) return fetch(address, options);
      const headers = new Headers(options.headers);
      headers.set('Authorization', `Bearer ${token}`);
      return fetch(address, { ...options, headers });
    };
  }

  #tokenFor(address: string): string | null {
    for (const [hub, token] of this.#tokens) if (address.startsWith(hub)) return token;
    return null;
  }
}
