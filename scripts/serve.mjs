// A static server for the production build, on this machine alone.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { contentSecurityPolicyHeader } from './content-security-policy.mjs';

const host = '127.0.0.1';

/** @type {Readonly<Record<string, string>>} */
const mediaTypes = {
  '.avif': 'image/avif',
  '.css': 'text/css; charset=utf-8',
  '.gif': 'image/gif',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.safetensors': 'application/octet-stream',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
};

/** Threads need cross-origin isolation: COOP and COEP on every answer, workers' scripts included. */
export const isolationHeaders = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

const securityHeaders = {
  'Content-Security-Policy': contentSecurityPolicyHeader,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

/**
 * A folder and where it is served.
 * @typedef {{ readonly path: string, readonly root: string }} Place `path` begins and ends with a
 * slash; `root` is a real path
 */

/**
 * The file that an address names, or null: nothing outside its place's root, whatever the address
 * says and wherever a link inside it leads.
 * @param {readonly Place[]} places the first whose path the address begins with counts
 * @param {string} address path and query of a request
 */
async function findFile(places, address) {
  const [path = '/'] = address.split(/[?#]/, 1);
  let decoded;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return null;
  }
  const place = places.find(({ path }) => decoded.startsWith(path));
  if (place === undefined || decoded.includes('\0')) return null;
  const { root } = place;
  const inside = decoded.slice(place.path.length);
  const wanted = join(root, decoded.endsWith('/') ? `${inside}index.html` : inside);
  try {
    const real = await realpath(wanted);
    if (!real.startsWith(root + sep)) return null;
    const information = await stat(real);
    return information.isFile() ? { path: real, root, information } : null;
  } catch {
    return null;
  }
}

/** @param {import('node:fs').Stats} information */
function entityTag(information) {
  const hash = createHash('sha256').update(`${information.size}:${information.mtimeMs}`);
  return `"${hash.digest('base64url').slice(0, 22)}"`;
}

/**
 * Vite puts a hash of the content into the name of each file under `assets`.
 * @param {string} root
 * @param {string} path
 */
function cacheControl(root, path) {
  const hashed = path.startsWith(join(root, 'assets') + sep);
  return hashed ? 'public, max-age=31536000, immutable' : 'no-cache';
}

/**
 * @param {readonly Place[]} places
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(places, request, response) {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.writeHead(405, { Allow: 'GET, HEAD' }).end();
    return;
  }
  const file = await findFile(places, request.url ?? '/');
  if (file === null) {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' }).end('Not found\n');
    return;
  }
  const tag = entityTag(file.information);
  response.setHeader('ETag', tag);
  response.setHeader('Cache-Control', cacheControl(file.root, file.path));
  if (request.headers['if-none-match'] === tag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': mediaTypes[extname(file.path).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': file.information.size,
  });
  if (request.method === 'HEAD') response.end();
  else
    createReadStream(file.path)
      .on('error', () => response.destroy())
      .pipe(response);
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>} the port in use
 */
function listen(server, port) {
  return new Promise((settle, fail) => {
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      const address = server.address();
      if (address === null || typeof address === 'string') fail(new Error('no port'));
      else settle(address.port);
    });
  });
}

/**
 * Serves a folder on 127.0.0.1 with cross-origin isolation and the content security policy.
 * @param {object} options
 * @param {string} options.root folder to serve
 * @param {Readonly<Record<string, string>>} [options.folders] further folders, by the path under
 * which each is served: `/models/`
 * @param {number} [options.port] 0 for any free one
 * @param {boolean} [options.isIsolated] false for a host that cannot send its own headers
 * @param {boolean} [options.strictPort] fail where the port is taken, instead of taking the next
 * @returns {Promise<{ address: string, port: number, close: () => Promise<void> }>} `address` ends
 * with a slash
 * @throws Error if the folder does not exist or no port is free
 */
export async function serve({
  root,
  folders = {},
  port = 0,
  isIsolated = true,
  strictPort = false,
}) {
  const headers = Object.entries({ ...securityHeaders, ...(isIsolated && isolationHeaders) });
  const places = await Promise.all(
    [...Object.entries(folders), ['/', root]].map(async ([path = '/', folder = '']) => ({
      path,
      root: await realpath(resolve(folder)),
    })),
  );
  const server = createServer((request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    answer(places, request, response).catch(() => response.destroy());
  });
  let wanted = port;
  for (;;) {
    try {
      const inUse = await listen(server, wanted);
      return {
        address: `http://${host}:${inUse}/`,
        port: inUse,
        close: () =>
          new Promise((settle) => {
            server.close(() => settle());
            server.closeAllConnections();
          }),
      };
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken || strictPort || wanted >= port + 100) throw error;
      wanted += 1;
    }
  }
}
