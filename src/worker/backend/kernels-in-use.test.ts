// Each backend's file names the kernels that are built in. Here they are compared with what the
// worker's operations call, as tfjs's own sources tell.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, it } from 'vitest';

const worker = resolve(import.meta.dirname, '..');
const packages = resolve(worker, '../../node_modules/@tensorflow');
const operations = join(packages, 'tfjs-core/dist/ops');

/**
 * Kernels that `zeros` and `transpose` call for complex numbers, of which the worker has none, and the
 * operations that would call them otherwise.
 */
const ofComplexNumbers = { Complex: 'complex', Real: 'real', Imag: 'imag', Neg: 'neg' };

/** What the engine itself calls: `Tensor.clone` and the types of an operation's two sides. */
const ofEngine = ['Identity', 'Cast'];

/** A source without its map. */
function read(path: string): string {
  return readFileSync(path, 'utf8').split('//# sourceMappingURL')[0] ?? '';
}

function workerSources(): string[] {
  return readdirSync(worker, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => read(join(worker, path)));
}

/** Names that sources take of tfjs-core: `tf.add`, `tf.fused.matMul`, or imported by name. */
function namesIn(source: string): string[] {
  const members = [...source.matchAll(/\btf\.(?:fused\.)?(\w+)/g)].map(([whole, name = '']) =>
    whole.startsWith('tf.fused.') ? `fused/${name}` : name,
  );
  const imported = [...source.matchAll(/import \{([^}]*)\} from '@tensorflow\/tfjs-core'/g)];
  return [
    ...members,
    ...imported.flatMap(([, list = '']) => list.split(',').map((name) => name.trim())),
  ];
}

/** The file of each operation, as the package's index tells. */
function operationFiles(): Map<string, string> {
  const index = read(join(operations, 'ops.js'));
  const files = new Map<string, string>();
  for (const [, list = '', path = ''] of index.matchAll(/export \{([^}]*)\} from '([^']*)'/g))
    for (const name of list.split(','))
      files.set(name.split(' as ').at(-1)?.trim() ?? '', resolve(operations, `${path}.js`));
  for (const [, path = ''] of index.matchAll(/export \* from '([^']*)'/g))
    files.set(path.replace('./', ''), resolve(operations, `${path}.js`));
  for (const file of readdirSync(join(operations, 'fused')))
    if (!/_test|\.d\.ts/.test(file)) {
      const name = file
        .replace('.js', '')
        .replaceAll(/_(\w)/g, (_, first: string) => first.toUpperCase());
      files.set(`fused/${name}`, join(operations, 'fused', file));
    }
  return files;
}

/** Kernels that an operation's file calls, or the operations that it is made of. */
function kernelsOf(file: string, seen = new Set<string>()): string[] {
  if (seen.has(file) || !existsSync(file)) return [];
  seen.add(file);
  const source = read(file);
  const spelled = [...source.matchAll(/runKernel\('(\w+)'/g)].map(([, name = '']) => name);
  const imports = [...source.matchAll(/import \{([^}]*)\} from '([^']*)'/g)];
  return [
    ...spelled,
    ...imports.flatMap(([, list = '', path = '']) => {
      if (path.endsWith('/kernel_names')) return list.split(',').map((name) => name.trim());
      const imported = resolve(dirname(file), `${path}.js`);
      // Those that end so hold shapes and checks.
      const isOperation = imported.startsWith(operations) && !imported.endsWith('_util.js');
      return isOperation ? kernelsOf(imported, seen) : [];
    }),
  ];
}

const files = operationFiles();
const used = new Set(workerSources().flatMap(namesIn));
const needed = new Set(
  [...used].flatMap((name) => {
    const file = files.get(name);
    return file === undefined ? [] : kernelsOf(file);
  }),
);
for (const name of ofEngine) needed.add(name);
for (const [name, operation] of Object.entries(ofComplexNumbers))
  if (!used.has(operation)) needed.delete(name);

it('finds the operations and their kernels', () => {
  expect([...used]).toEqual(
    expect.arrayContaining(['matMul', 'fused/matMul', 'transpose', 'gather']),
  );
  expect([...needed]).toEqual(
    expect.arrayContaining(['BatchMatMul', '_FusedMatMul', 'Transpose', 'GatherV2', 'Square']),
  );
});

it.each(['cpu', 'wasm', 'webgpu'])('the kernels of %s are those in use', (backend) => {
  const source = read(join(worker, `backend/tfjs-${backend}.ts`));
  const named = [...source.matchAll(/dist\/kernels\/(\w+)\.js/g)].map(([, name]) => name);
  const listed = source.slice(source.indexOf('const kernels')).match(/\w+Config/g);
  expect(named.toSorted()).toEqual([...needed].toSorted());
  expect(listed).toHaveLength(named.length);
});

it('nothing brings in every kernel of a backend', () => {
  const whole = workerSources().flatMap(
    (source) =>
      source.match(/^(?:import (?!type )|.*\bimport\().*@tensorflow\/tfjs-backend-\w+'/gm) ?? [],
  );
  expect(whole).toEqual([]);
});
