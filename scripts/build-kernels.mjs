// Builds the wasm kernels from their C sources: npm run build:kernels
//   Needs clang 19 with its linker for WebAssembly (Debian: clang-19 and lld-19). The built files and
//   their checksums are committed, so that nobody needs a C compiler to build Heed.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../src/worker/kernels/wasm', import.meta.url));
const sourceFolder = join(folder, 'source');
export const builtFolder = join(folder, 'built');

/** What each file is built with, beside what all have. */
const variants = {
  'kernels-simd.wasm': { relaxed: false, shared: false },
  'kernels-relaxed.wasm': { relaxed: true, shared: false },
  'kernels-simd-shared.wasm': { relaxed: false, shared: true },
  'kernels-relaxed-shared.wasm': { relaxed: true, shared: true },
};

// Without builtins, or loops would turn into calls of a library that is not there.
const common = ['--target=wasm32', '-std=c23', '-O3', '-fno-builtin', '-nostdlib', '-msimd128'];
const link = ['--no-entry', '--import-memory', '--strip-all', '-z', 'stack-size=0'];
// The most that tfjs's own shared memory may have.
const linkShared = ['--shared-memory', '--max-memory=4294967296'];

/** @param {string} file */
const sha256 = (file) => createHash('sha256').update(readFileSync(file)).digest('hex');

/** @param {string} in_ @param {(name: string) => boolean} wanted */
function digests(in_, wanted) {
  const names = readdirSync(in_).filter(wanted).toSorted();
  return Object.fromEntries(names.map((name) => [name, sha256(join(in_, name))]));
}

/** SHA-256 of the sources and of the built files as they are. */
export function checksums() {
  return {
    sources: digests(sourceFolder, (name) => /\.[ch]$/.test(name)),
    built: digests(builtFolder, (name) => name.endsWith('.wasm')),
  };
}

/** @returns {boolean} whether the compiler is there */
export function hasCompiler() {
  try {
    execFileSync('clang-19', ['--version'], { stdio: 'ignore' });
    execFileSync('wasm-ld-19', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {string} to folder for the built files
 * @throws Error if the compiler is missing or finds fault
 */
export function buildKernels(to) {
  mkdirSync(to, { recursive: true });
  const sources = readdirSync(sourceFolder).filter((name) => name.endsWith('.c'));
  for (const [name, { relaxed, shared }] of Object.entries(variants)) {
    const linker = [...link, ...(shared ? linkShared : [])];
    execFileSync(
      'clang-19',
      [
        ...common,
        ...(relaxed ? ['-mrelaxed-simd'] : []),
        ...(shared ? ['-matomics', '-mbulk-memory'] : []),
        ...linker.map((option) => `-Wl,${option}`),
        '-o',
        join(to, name),
        ...sources.toSorted(),
      ],
      { cwd: sourceFolder, stdio: 'inherit' },
    );
  }
}

/**
 * What the compiler makes of the sources, as text.
 * @param {boolean} relaxed with relaxed SIMD
 */
export function assemblyOf(relaxed) {
  const options = [...common, ...(relaxed ? ['-mrelaxed-simd'] : []), '-S', '-o', '-'];
  const sources = readdirSync(sourceFolder).filter((name) => name.endsWith('.c'));
  return sources
    .map((source) =>
      execFileSync('clang-19', [...options, source], { cwd: sourceFolder, encoding: 'utf8' }),
    )
    .join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  buildKernels(builtFolder);
  const text = `${JSON.stringify(checksums(), null, 2)}\n`;
  writeFileSync(join(builtFolder, 'checksums.json'), text);
  console.log(`Built ${Object.keys(variants).join(', ')}.`);
}
