import { describe, expect, it } from 'vitest';
import { givenFiles, GivenFilesError, isModelFile, takeDrop } from './given-files.ts';

function fileEntry(fullPath: string): FileSystemEntry {
  const name = fullPath.split('/').at(-1) ?? '';
  const entry = {
    isFile: true,
    isDirectory: false,
    name,
    fullPath,
    file: (take: (file: File) => void) => take(new File(['x'], name)),
  };
  return entry as unknown as FileSystemEntry;
}

/** A folder whose reader gives two entries at a time. */
function folderEntry(fullPath: string, children: readonly FileSystemEntry[]): FileSystemEntry {
  const entry = {
    isFile: false,
    isDirectory: true,
    name: fullPath.split('/').at(-1) ?? '',
    fullPath,
    createReader: () => {
      let next = 0;
      return {
        readEntries: (take: (entries: FileSystemEntry[]) => void) => {
          take(children.slice(next, next + 2));
          next += 2;
        },
      };
    },
  };
  return entry as unknown as FileSystemEntry;
}

function transferOf(
  entries: readonly FileSystemEntry[],
  files: readonly File[] = [],
): DataTransfer {
  const items = entries.map((entry) => ({ kind: 'file', webkitGetAsEntry: () => entry }));
  return { items, files } as unknown as DataTransfer;
}

describe('a drop', () => {
  it('of a folder is a model, with every file of it but what is hidden', async () => {
    const drop = takeDrop(
      transferOf([
        folderEntry('/vit', [
          fileEntry('/vit/config.json'),
          fileEntry('/vit/model.safetensors'),
          fileEntry('/vit/README.md'),
          folderEntry('/vit/.git', [fileEntry('/vit/.git/HEAD')]),
          folderEntry('/vit/more', [fileEntry('/vit/more/notes.txt')]),
        ]),
      ]),
    );
    expect(drop.isModel).toBe(true);
    const paths = (await drop.read()).map(({ path }) => path);
    expect(paths).toEqual([
      'vit/config.json',
      'vit/model.safetensors',
      'vit/README.md',
      'vit/more/notes.txt',
    ]);
  });
  it('of a model’s files is a model; a picture is not', () => {
    expect(takeDrop(transferOf([fileEntry('/config.json')])).isModel).toBe(true);
    expect(takeDrop(transferOf([], [new File([], 'model.safetensors')])).isModel).toBe(true);
    expect(takeDrop(transferOf([fileEntry('/cat.png')])).isModel).toBe(false);
    expect(takeDrop(transferOf([])).isModel).toBe(false);
  });
  it('of a home folder is refused in a sentence', async () => {
    const many = Array.from({ length: 2001 }, (_, index) => fileEntry(`/home/${index}`));
    const { read } = takeDrop(transferOf([folderEntry('/home', many)]));
    await expect(read()).rejects.toThrow(GivenFilesError);
    await expect(read()).rejects.toThrow('more than 2,000 files');
  });
});

it('chosen files are named by their folder where there is one', () => {
  const inFolder = new File(['x'], 'config.json');
  Object.defineProperty(inFolder, 'webkitRelativePath', { value: 'vit/config.json' });
  expect(givenFiles([inFolder, new File([], 'a.bin')]).map(({ path }) => path)).toEqual([
    'vit/config.json',
    'a.bin',
  ]);
});

it('a model’s files are known by their names', () => {
  const names = [
    'config.json',
    'model-00001-of-00002.safetensors',
    'model.safetensors.index.json',
    'pytorch_model.bin',
    'source.spm',
  ];
  for (const name of names) expect(isModelFile(name)).toBe(true);
  for (const name of ['cat.jpg', 'my-config.json', 'data.json', 'x.safetensors.png'])
    expect(isModelFile(name)).toBe(false);
});
