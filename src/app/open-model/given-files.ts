/** The files that a person drops or chooses: those of a model, or something else. */
import type { OpenedFile } from '../../engine/model-protocol.ts';

/** More in one folder is no checkpoint, and would take minutes to list. */
const mostFiles = 2000;
/** A checkpoint's folder holds its files itself; a folder of checkpoints has a level more or two. */
const mostLevels = 4;

/** A folder of which nothing can be taken. `message` is a sentence for the person. */
export class GivenFilesError extends Error {
  override readonly name = 'GivenFilesError';
}

/** Whether a file by its name can be part of a checkpoint, and is no picture. */
export function isModelFile(name: string): boolean {
  return /^config\.json$|\.(safetensors|bin|spm)$|\.safetensors\.index\.json$/i.test(name);
}

/** Files as an input gives them, with the folder's name before them where one was chosen. */
export function givenFiles(files: Iterable<File>): OpenedFile[] {
  return [...files].map((file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What a drop holds. Its entries are gone when the event has passed, so they are taken at once. */
export interface Drop {
  /** Whether it is a folder or a file of a model; what else there is may be a picture. */
  readonly isModel: boolean;
  /**
   * Every file, those in folders included.
   * @throws GivenFilesError if there are too many, or one cannot be read
   */
  readonly read: () => Promise<OpenedFile[]>;
}

function entriesOf(transfer: DataTransfer): FileSystemEntry[] {
  return [...transfer.items].flatMap((item) => {
    const entry = item.kind === 'file' ? item.webkitGetAsEntry() : null;
    return entry ? [entry] : [];
  });
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, (cause) =>
      reject(new GivenFilesError(`“${entry.name}” could not be read: ${cause.message}`)),
    );
  });
}

/** A reader gives a hundred entries or so at a time, and none when it is done. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const children: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, (cause) =>
        reject(new GivenFilesError(`“${folder.name}” could not be read: ${cause.message}`)),
      );
    });
    if (some.length === 0) return children;
    children.push(...some);
    refuseTooMany(children.length);
  }
}

function refuseTooMany(count: number): void {
  if (count > mostFiles)
    throw new GivenFilesError(
      `What you gave holds more than ${mostFiles.toLocaleString('en')} files: give the model’s own folder.`,
    );
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

/** What version control keeps beside a checkpoint is no part of it. */
function isHidden({ name }: FileSystemEntry): boolean {
  return name.startsWith('.');
}

async function collect(entries: readonly FileSystemEntry[], level: number): Promise<OpenedFile[]> {
  const found: OpenedFile[] = [];
  for (const entry of entries) {
    if (isHidden(entry)) continue;
    if (isFile(entry))
      found.push({ path: entry.fullPath.replace(/^\//, ''), file: await fileOf(entry) });
    else if (isFolder(entry) && level < mostLevels)
      found.push(...(await collect(await childrenOf(entry), level + 1)));
    refuseTooMany(found.length);
  }
  return found;
}

/** Takes what a drop holds, while its event lasts. */
export function takeDrop(transfer: DataTransfer): Drop {
  const entries = entriesOf(transfer);
  const files = [...transfer.files];
  const isModel =
    entries.some(isFolder) || [...entries, ...files].some(({ name }) => isModelFile(name));
  return {
    isModel,
    // Files that a script put into the drop have no entries.
    read: async () => (entries.length > 0 ? collect(entries, 0) : givenFiles(files)),
  };
}
