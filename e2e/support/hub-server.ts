/**
 * A server with the layout and the manners of the Hub, on this machine: small files come from it,
 * weights by redirect from a second origin, as from the Hub's content network. It can be told to fail
 * in the ways that servers fail.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join, sep } from 'node:path';

/** How a file is served wrongly. */
export type Fault =
  /** The answer begins and then nothing more comes; with 0 not even its headers. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** The connection is cut. */
  | { readonly kind: 'break'; readonly afterBytes: number }
  /** The start page of an application, with 200. */
  | { readonly kind: 'page' }
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: number }
  /** Ranges are ignored, as by the plainest servers. */
  | { readonly kind: 'no-ranges' }
  /** So many bytes a second, for those who watch progress or cancel. */
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

export interface HubModel {
  readonly folder: string;
  /** Gated: who does not send this token is answered 401. */
  readonly token?: string;
}

export interface HubRequest {
  readonly origin: 'hub' | 'content';
  readonly method: string;
  readonly path: string;
  readonly range: string | null;
  readonly authorization: string | null;
}

export interface HubServer {
  /** Of the Hub, with a slash at its end. */
  readonly address: string;
  readonly contentAddress: string;
  readonly requests: readonly HubRequest[];
  /**
   * Serves a file wrongly from now on.
   * @param times so often, then rightly again
   */
  readonly breakFile: (model: string, file: string, fault: Fault, times?: number) => void;
  /** Serves everything rightly again and forgets the requests. */
  readonly reset: () => void;
  readonly close: () => Promise<void>;
}

const host = '127.0.0.1';
const weightsFile = /\.(?:safetensors|bin)$/;
const corsHeaders = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD, OPTIONS',
  'Access-Control-Allow-Headers': 'authorization, range',
  'Access-Control-Expose-Headers': 'ETag, Content-Range, Accept-Ranges, X-Repo-Commit',
};

interface Resolved {
  readonly model: string;
  readonly file: string;
}

/** `/{org}/{name}/resolve/{revision}/{file}` */
function parsePath(path: string): Resolved | null {
  const [org, name, resolve, revision, ...rest] = path.slice(1).split('/').map(decode);
  if (resolve !== 'resolve' || !org || !name || !revision || rest.length === 0) return null;
  return { model: `${org}/${name}`, file: rest.join('/') };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}

function originOf(server: Server): string {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return `http://${host}:${address.port}`;
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((settle, fail) => {
    server.once('error', fail);
    server.listen(port, host, settle);
  });
}

function close(server: Server): Promise<void> {
  return new Promise((settle) => {
    server.close(() => settle());
    server.closeAllConnections();
  });
}

/** The bytes that a request asks for, or null for one that no file of this size has. */
function rangeOf(header: string | undefined, size: number): [start: number, end: number] | null {
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(header ?? '') ?? [];
  if (from === undefined) return [0, size];
  const start = Number(from);
  const end = to ? Math.min(Number(to) + 1, size) : size;
  return start < end ? [start, end] : null;
}

/** A file's path if it lies in the folder, wherever links lead. */
async function findFile(folder: string, name: string): Promise<string | null> {
  try {
    const root = await realpath(folder);
    const path = await realpath(join(root, name));
    return path.startsWith(root + sep) && (await stat(path)).isFile() ? path : null;
  } catch {
    return null;
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

/** Sends bytes of a file, up to where the fault says that they end, or as slowly as it says. */
async function sendBytes(
  response: ServerResponse,
  path: string,
  [start, end]: [start: number, end: number],
  fault: Fault | null,
): Promise<void> {
  const isCut = fault?.kind === 'stall' || fault?.kind === 'break';
  const last = isCut ? Math.min(end, start + fault.afterBytes) : end;
  if (last > start) {
    for await (const chunk of createReadStream(path, { start, end: last - 1 })) {
      if (fault?.kind === 'slow' && chunk instanceof Buffer) {
        await sendSlowly(response, chunk, fault.bytesPerSecond);
      } else response.write(chunk);
      if (response.destroyed) return;
    }
  }
  if (fault?.kind === 'break') setTimeout(() => response.destroy(), 20);
  else if (!isCut) response.end();
}

async function sendSlowly(response: ServerResponse, chunk: Buffer, perSecond: number) {
  const partBytes = Math.max(1, Math.floor(perSecond / 20));
  for (let at = 0; at < chunk.length && !response.destroyed; at += partBytes) {
    response.write(chunk.subarray(at, at + partBytes));
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  path: string,
  fault: Fault | null,
): Promise<void> {
  if (fault?.kind === 'stall' && fault.afterBytes === 0) return;
  const { size, mtimeMs } = await stat(path);
  const tag = createHash('sha256').update(`${path}:${size}:${mtimeMs}`).digest('hex');
  const wanted = fault?.kind === 'no-ranges' ? undefined : request.headers.range;
  const range = rangeOf(wanted, size);
  if (range === null) {
    response.writeHead(416, { 'Content-Range': `bytes */${size}` }).end();
    return;
  }
  const [start, end] = range;
  response.writeHead(wanted === undefined ? 200 : 206, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': end - start,
    ETag: `"${tag}"`,
    ...(wanted !== undefined && { 'Content-Range': `bytes ${start}-${end - 1}/${size}` }),
    ...(fault?.kind !== 'no-ranges' && { 'Accept-Ranges': 'bytes' }),
  });
  if (request.method === 'HEAD') response.end();
  else await sendBytes(response, path, range, fault);
}

class Hub {
  readonly #models: Readonly<Record<string, HubModel>>;
  readonly #faults = new Map<string, { fault: Fault; left: number }>();
  readonly requests: HubRequest[] = [];
  contentOrigin = '';

  constructor(models: Readonly<Record<string, HubModel>>) {
    this.#models = models;
  }

  breakFile(model: string, file: string, fault: Fault, times = Number.POSITIVE_INFINITY): void {
    this.#faults.set(`${model}/${file}`, { fault, left: times });
  }

  reset(): void {
    this.#faults.clear();
    this.requests.length = 0;
  }

  /** @param origin the Hub sends weights on to the content network */
  async answer(
    origin: HubRequest['origin'],
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    for (const [name, value] of Object.entries(corsHeaders)) response.setHeader(name, value);
    const [path = '/'] = (request.url ?? '/').split('?', 1);
    if (request.method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    const { range = null, authorization = null } = request.headers;
    this.requests.push({ origin, method: request.method ?? '', path, range, authorization });
    const resolved = parsePath(path);
    const model = resolved === null ? undefined : this.#models[resolved.model];
    if (resolved === null || model === undefined) {
      // As the Hub answers for what does not exist and what is private alike.
      sendText(response, 401, 'Invalid username or password.');
      return;
    }
    if (
      origin === 'hub' &&
      model.token !== undefined &&
      authorization !== `Bearer ${model.token}`
    ) {
      sendText(response, 401, 'Access to this model is restricted.');
      return;
    }
    await this.#serve(origin, resolved, model, request, response);
  }

  async #serve(
    origin: HubRequest['origin'],
    { model: id, file }: Resolved,
    model: HubModel,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const path = await findFile(model.folder, file);
    if (path === null) {
      sendText(response, 404, 'Entry not found');
      return;
    }
    const isElsewhere = origin === 'hub' && weightsFile.test(file);
    if (isElsewhere) {
      response.writeHead(302, { Location: `${this.contentOrigin}${request.url ?? '/'}` }).end();
      return;
    }
    const fault = this.#takeFault(`${id}/${file}`);
    if (fault?.kind === 'status') {
      if (fault.retryAfter !== undefined) response.setHeader('Retry-After', fault.retryAfter);
      sendText(response, fault.status, 'No.');
    } else if (fault?.kind === 'page') {
      response
        .writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' })
        .end('<!doctype html><title>Start</title>');
    } else await sendFile(request, response, path, fault);
  }

  #takeFault(key: string): Fault | null {
    const found = this.#faults.get(key);
    if (found === undefined || found.left <= 0) return null;
    found.left -= 1;
    return found.fault;
  }
}

/**
 * Starts the server.
 * @param models what it has, by `org/name`
 * @param port of the Hub; 0 for any free one
 */
export async function startHub(
  models: Readonly<Record<string, HubModel>>,
  port = 0,
): Promise<HubServer> {
  const hub = new Hub(models);
  const serverFor = (origin: HubRequest['origin']): Server =>
    createServer((request, response) => {
      hub.answer(origin, request, response).catch(() => response.destroy());
    });
  const [hubServer, contentServer] = [serverFor('hub'), serverFor('content')];
  await Promise.all([listen(hubServer, port), listen(contentServer, 0)]);
  hub.contentOrigin = originOf(contentServer);
  return {
    address: `${originOf(hubServer)}/`,
    contentAddress: `${hub.contentOrigin}/`,
    requests: hub.requests,
    breakFile: hub.breakFile.bind(hub),
    reset: () => hub.reset(),
    close: async () => {
      await Promise.all([close(hubServer), close(contentServer)]);
    },
  };
}
