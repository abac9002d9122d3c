import { mkdtemp, mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contentSecurityPolicyHeader } from './content-security-policy.mjs';
import { serve } from './serve.mjs';

let parent: string;
let server: Awaited<ReturnType<typeof serve>>;

beforeAll(async () => {
  parent = await mkdtemp(join(tmpdir(), 'heed-serve-'));
  const root = join(parent, 'dist');
  await mkdir(join(root, 'assets'), { recursive: true });
  await mkdir(join(root, 'models/tiny'), { recursive: true });
  await writeFile(join(root, 'index.html'), '<!doctype html><title>Heed</title>');
  await writeFile(join(root, 'assets/engine-1a2b3c.wasm'), Uint8Array.of(0, 97, 115, 109));
  await writeFile(join(root, 'assets/entry-1a2b3c.js'), 'export {};');
  await writeFile(join(root, 'models/tiny/model.safetensors'), 'weights');
  await writeFile(join(root, 'naïve name.json'), '{}');
  await writeFile(join(parent, 'secret.txt'), 'secret');
  await symlink(join(parent, 'secret.txt'), join(root, 'link.txt'));
  server = await serve({ root });
});

afterAll(async () => {
  await server.close();
  await rm(parent, { recursive: true });
});

const get = (path: string, options?: RequestInit) => fetch(server.address + path, options);

/** `fetch` resolves `..` before it sends a path; this sends it as it is. */
function getRaw(path: string): Promise<number> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

describe('serve', () => {
  it('sends files with their media types', async () => {
    for (const [path, type] of [
      ['', 'text/html; charset=utf-8'],
      ['index.html?x=1', 'text/html; charset=utf-8'],
      ['assets/engine-1a2b3c.wasm', 'application/wasm'],
      ['assets/entry-1a2b3c.js', 'text/javascript; charset=utf-8'],
      ['models/tiny/model.safetensors', 'application/octet-stream'],
      ['na%C3%AFve%20name.json', 'application/json; charset=utf-8'],
    ] as const) {
      const response = await get(path);
      expect([path, response.status, response.headers.get('content-type')]).toEqual([
        path,
        200,
        type,
      ]);
    }
  });

  it('isolates every answer, an error’s too, and sends the policy with it', async () => {
    for (const path of ['', 'assets/entry-1a2b3c.js', 'none']) {
      const { headers } = await get(path);
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
      expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toBe(contentSecurityPolicyHeader);
    }
  });

  it('never leaves its folder', async () => {
    for (const path of [
      '/../secret.txt',
      '/assets/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..%2fsecret.txt',
      '/assets/..%5c..%5csecret.txt',
      '/link.txt',
      '/%00',
      '/%',
    ])
      expect([path, await getRaw(path)]).toEqual([path, 404]);
  });

  it('lets hashed files be kept for good and asks back for the others', async () => {
    expect((await get('assets/entry-1a2b3c.js')).headers.get('cache-control')).toContain(
      'immutable',
    );
    const first = await get('models/tiny/model.safetensors');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const tag = first.headers.get('etag') ?? '';
    const second = await get('models/tiny/model.safetensors', {
      headers: { 'if-none-match': tag },
    });
    expect(second.status).toBe(304);
    expect(await second.text()).toBe('');
  });

  it('answers HEAD without a body and refuses to be written to', async () => {
    const head = await get('models/tiny/model.safetensors', { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe('7');
    expect(await head.text()).toBe('');
    expect((await get('', { method: 'POST' })).status).toBe(405);
    expect((await get('assets')).status).toBe(404);
  });

  it('takes the next free port, unless the port is strict', async () => {
    const root = join(parent, 'dist');
    const next = await serve({ root, port: server.port });
    expect(next.port).toBeGreaterThan(server.port);
    await next.close();
    await expect(serve({ root, port: server.port, strictPort: true })).rejects.toThrow(
      'EADDRINUSE',
    );
  });
});

it('the policy allows neither eval nor inline code nor code from a blob', () => {
  const scripts = /script-src ([^;]*)/.exec(contentSecurityPolicyHeader)?.[1];
  expect(scripts).toBe("'self' 'wasm-unsafe-eval'");
  expect(contentSecurityPolicyHeader).not.toMatch(/unsafe-inline|'unsafe-eval'/);
});
