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

/** Code with what stands in it once replaced. */
function replaced(code: string, changes: readonly (readonly [string, string])[]): string {
  return changes.reduce((changed, [before, after]) => {
    if (changed.split(before).length !== 2)
      throw new Error(`tfjs-backend-wasm is no longer as it was: ${before}`);
    return changed.replace(before, after);
  }, code);
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
      handler: (code) => replaced(code, poolChanges),
    },
  };
}

/**
 * A first script of a few lines, and the chunk that it loads at once, each with all that it imports:
 * what is shared with a later chunk would else be a chunk of its own, one more to ask for.
 */
function twoFirstChunks(
  first: readonly [name: string, test: RegExp],
  next: readonly [name: string, test: RegExp],
): Rolldown.CodeSplittingOptions {
  return {
    groups: [
      { name: first[0], test: first[1], priority: 2 },
      { name: next[0], test: next[1], priority: 1 },
    ],
  };
}

export const pageChunks = twoFirstChunks(
  ['main', /index\.html$|src[\\/]main\.ts$|rolldown[\\/]runtime/],
  ['page', /src[\\/]app[\\/]open-page\.tsx$/],
);

export const workerChunks = twoFirstChunks(
  ['entry', /src[\\/]worker[\\/]entry\.ts$|rolldown[\\/]runtime/],
  ['engine', /src[\\/]worker[\\/]calls\.ts$/],
);

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

/** What tfjs's own start of its modules needs, and nothing else does: Heed starts them itself. */
const ownStart = [
  [
    "import * as wasmFactoryThreadedSimd_import from '../wasm-out/tfjs-backend-wasm-threaded-simd.js';",
    'const wasmFactoryThreadedSimd_import = {};',
  ],
  [
    "import { wasmWorkerContents } from '../wasm-out/tfjs-backend-wasm-threaded-simd.worker.js';",
    "const wasmWorkerContents = '';",
  ],
  [
    "import * as wasmFactory_import from '../wasm-out/tfjs-backend-wasm.js';",
    'const wasmFactory_import = {};',
  ],
] as const;

/** Leaves out of tfjs's wasm backend both of its modules' scripts, of which Heed loads the one it starts. */
export function wasmWithoutOwnStart(): Plugin {
  return {
    name: 'heed:wasm-without-own-start',
    apply: 'build',
    transform: {
      filter: { id: /tfjs-backend-wasm[\\/]dist[\\/]backend_wasm\.js$/ },
      handler: (code) => replaced(code, ownStart),
    },
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
