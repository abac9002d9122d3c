import type { CacheLike } from '../cache.ts';

function addressOf(request: RequestInfo | URL): string {
  return request instanceof Request ? request.url : String(request);
}

function withoutSearch(address: string): string {
  return address.split('?', 1)[0] ?? address;
}

/** Cache Storage in memory. `full` makes each write fail as a used-up quota does. */
export class MemoryCache implements CacheLike {
  readonly stored = new Map<string, Response>();
  full = false;

  async match(request: RequestInfo | URL) {
    return this.stored.get(addressOf(request))?.clone();
  }

  async put(request: RequestInfo | URL, response: Response) {
    if (this.full) throw new DOMException('full', 'QuotaExceededError');
    this.stored.set(addressOf(request), response);
  }

  async delete(request: RequestInfo | URL) {
    return this.stored.delete(addressOf(request));
  }

  async keys(request?: RequestInfo | URL, options?: CacheQueryOptions) {
    const wanted = addressOf(request ?? '');
    return [...this.stored.keys()]
      .filter(
        (key) =>
          request === undefined ||
          (options?.ignoreSearch ? withoutSearch(key) === withoutSearch(wanted) : key === wanted),
      )
      .map((key) => new Request(key));
  }
}
