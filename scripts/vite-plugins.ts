/** What Heed's build needs of Vite beyond its own settings. */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HtmlTagDescriptor, Plugin, Rolldown } from 'vite';
import { contentSecurityPolicy } from './content-security-policy.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * tfjs keeps the script of its wasm threads as a string and starts it from a blob. This writes the
 * string to a file, so that it becomes an asset of the build, and the content security policy need
 * not allow blobs.
 * @returns the path of the file
 */
function writeThreadScript(): string {
  const require = createRequire(import.meta.url);
  const {
    wasmWorkerContents,
  }: {
    wasmWorkerContents: unknown;
  } = require('@tensorflow/tfjs-backend-wasm/wasm-out/tfjs-backend-wasm-threaded-simd.worker.js');
  if (typeof wasmWorkerContents !== 'string')
    throw new Error('tfjs-backend-wasm holds no thread script where it was.');
  // Not below node_modules, where Vite's development server would take it for a dependency.
  const folder = join(root, '.cache');
  const path = join(folder, 'wasm-thread.js');
  mkdirSync(folder, { recursive: true });
  // The script's own `\n` became line ends when the package's template literal was evaluated.
  writeFileSync(path, wasmWorkerContents.replaceAll('\n', '\\n'));
  return path;
}

/** Makes `heed:wasm-thread.js` the script of tfjs's wasm threads. */
export function wasmThreadScript(): Plugin {
  return {
    name: 'heed:wasm-thread-script',
    config: () => ({
      // A pattern, since the address comes with a query (`?url`), which stays.
      resolve: {
        alias: [{ find: /^heed:wasm-thread\.js(?=\?|$)/, replacement: writeThreadScript() }],
      },
    }),
  };
}

/** What tfjs's glue does with its threads, and what is wanted instead. */
const poolChanges = [
  ['var pthreadPoolSize=8;', 'var pthreadPoolSize=Module["threadPoolSize"]??8;'],
  [
    'var numWorkersToLoad=PThread.unusedWorkers.length;',
    'var numWorkersToLoad=PThread.unusedWorkers.length;if(!numWorkersToLoad)removeRunDependency("wasm-instantiate");',
  ],
] as const;

/**
 * tfjs's wasm backend starts eight threads at once, whatever the processor. This lets the module's
 * settings say how many (`threadPoolSize`), none at all too: each is a worker that fetches and compiles.
 * The development server's bundled dependencies do not come by here, and keep the eight.
 */
export function wasmThreadPool(): Plugin {
  return {
    name: 'heed:wasm-thread-pool',
    apply: 'build',
    transform: {
      filter: { id: /tfjs-backend-wasm-threaded-simd\.js$/ },
      handler: (code) =>
        poolChanges.reduce((changed, [before, after]) => {
          if (changed.split(before).length !== 2)
            throw new Error('tfjs-backend-wasm no longer makes its thread pool as it did.');
          return changed.replace(before, after);
        }, code),
    },
  };
}

/**
 * The worker's chunks that are always loaded, each with all that it imports: what is shared with a
 * backend's chunk would else be a chunk of its own, which is asked for only when that has come.
 */
export const workerChunks: Rolldown.CodeSplittingOptions = {
  groups: [
    { name: 'entry', test: /src[\\/]worker[\\/]entry\.ts$|rolldown[\\/]runtime/, priority: 2 },
    { name: 'engine', test: /src[\\/]worker[\\/]calls\.ts$/, priority: 1 },
  ],
};

/** The policy of the built page. The development server's own scripts would not run under it. */
export function contentSecurityPolicyMeta(): Plugin {
  return {
    name: 'heed:content-security-policy',
    apply: 'build',
    transformIndexHtml: () => [
      {
        tag: 'meta',
        attrs: { 'http-equiv': 'Content-Security-Policy', content: contentSecurityPolicy },
        injectTo: 'head-prepend',
      },
    ],
  };
}

type Bundle = Readonly<Record<string, Rolldown.OutputAsset | Rolldown.OutputChunk>>;

/** A chunk, and all that it imports before it runs. */
function chunksOf(bundle: Bundle, fileName: string): Rolldown.OutputChunk[] {
  const chunk = bundle[fileName];
  if (chunk?.type !== 'chunk') return [];
  return [chunk, ...chunk.imports.flatMap((imported) => chunksOf(bundle, imported))];
}

function link(rel: string, fileName: string): HtmlTagDescriptor {
  return {
    tag: 'link',
    attrs: { rel, crossorigin: true, href: `./${fileName}` },
    injectTo: 'head',
  };
}

/**
 * Names in the page what its first script loads at once, so that the browser asks for it together with
 * that script and not after it: the chunks and their styles.
 */
export function preloadOfFirstImports(): Plugin {
  return {
    name: 'heed:preload-of-first-imports',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: (_, { bundle = {}, chunk }) => {
        const chunks = (chunk?.dynamicImports ?? []).flatMap((name) => chunksOf(bundle, name));
        const scripts = new Set(chunks.map(({ fileName }) => fileName));
        // The first script itself, which they may share something with.
        if (chunk) scripts.delete(chunk.fileName);
        const styles = new Set(
          chunks.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]),
        );
        return [
          ...[...scripts].map((name) => link('modulepreload', name)),
          ...[...styles].map((name) => link('stylesheet', name)),
        ];
      },
    },
  };
}

/** SHA-256 in hexadecimal of each file of the embedded checkpoints, by path: `models/x/config.json`. */
function embeddedDigests(): Record<string, string> {
  const folder = join(root, 'public/models');
  let entries: string[];
  try {
    entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch {
    return {};
  }
  const files = entries.filter((entry) => /\.(json|safetensors)$/.test(entry)).toSorted();
  return Object.fromEntries(
    files.map((file) => {
      const digest = createHash('sha256').update(readFileSync(join(folder, file)));
      return [`models/${file.replaceAll('\\', '/')}`, digest.digest('hex')];
    }),
  );
}

/**
 * Makes `heed:embedded-digests` the digests of the checkpoints that the build carries. With them the
 * cache of a second visit is known to be right without a word to the server.
 */
export function embeddedCheckpointDigests(): Plugin {
  const id = '\0heed:embedded-digests';
  return {
    name: 'heed:embedded-digests',
    resolveId: (source) => (source === 'heed:embedded-digests' ? id : null),
    load: (loaded) =>
      loaded === id ? `export default ${JSON.stringify(embeddedDigests())};` : null,
  };
}
