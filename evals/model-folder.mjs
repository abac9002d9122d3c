// Where the checkpoint lies that `--model` names.
import { existsSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from './options.mjs';

const embedded = fileURLToPath(new URL('../public/models', import.meta.url));

/**
 * @param {string} model folder name under public/models, or path of a checkpoint folder
 * @returns {{ path: string, folders: Record<string, string> }} the model's path from the page, and
 *   what to serve for it
 * @throws UsageError if there is no such checkpoint
 */
export function findModel(model) {
  const isName = /^[\w.-]+$/.test(model) && !/^\.+$/.test(model);
  if (isName && existsSync(join(embedded, model, 'config.json')))
    return { path: `models/${model}/`, folders: { '/models/': embedded } };
  const folder = resolve(model);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    throw new UsageError(
      `--model: ${JSON.stringify(model)} is neither a folder of public/models nor any other folder.`,
    );
  if (!existsSync(join(folder, 'config.json')))
    throw new UsageError(`--model: the folder ${JSON.stringify(model)} holds no config.json.`);
  // The server follows no link out of a folder, and a cache of the Hub holds nothing but links.
  if (dirname(realpathSync(join(folder, 'config.json'))) !== realpathSync(folder)) {
    throw new UsageError(
      `--model: the files of ${JSON.stringify(model)} are links; copy them with cp -rL and name the copy.`,
    );
  }
  const name = basename(folder);
  return {
    path: `checkpoints/${encodeURIComponent(name)}/`,
    folders: { [`/checkpoints/${name}/`]: folder },
  };
}
