// Checkpoints for Heed, and the same weights as ONNX files for the peer.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makeRandomVit, standardSizes } from './random-vit.mjs';
import { exportVit } from './vit-graph.mjs';

/** @param {string} path */
const pathOf = (path) => fileURLToPath(new URL(path, import.meta.url));
const cache = pathOf('../../node_modules/.cache/heed/');
const modelFolder = join(cache, 'bench-models');
const onnxFolder = join(cache, 'bench-onnx');
const embeddedFolder = pathOf('../../public/models');

/** What a page of the two needs beside its own files, by the path under which each is served. */
export const modelFolders = {
  '/models/': modelFolder,
  '/onnx/': onnxFolder,
  '/embedded/': embeddedFolder,
  '/ort/': pathOf('../../node_modules/onnxruntime-web/dist'),
};

/**
 * @typedef {object} Prepared
 * @property {string} name
 * @property {string} model the checkpoint's path from the page
 * @property {string} onnx
 * @property {{ readonly mean: readonly number[], readonly std: readonly number[] }} normalization
 * @property {number[]} inputShape
 * @property {string[]} attentionNames
 */

/** @param {string} name */
const idOf = (name) => name.replaceAll(/[^\w]+/g, '-').toLowerCase();

/**
 * Writes a checkpoint as an ONNX file.
 * @param {string} name
 * @param {string} folder
 * @param {string} path of the folder from the page
 * @returns {Prepared}
 */
function prepare(name, folder, path) {
  mkdirSync(onnxFolder, { recursive: true });
  const file = `${idOf(name)}.onnx`;
  const { model: bytes, ...interfaces } = exportVit(folder);
  writeFileSync(join(onnxFolder, file), bytes);
  return { name, model: path, onnx: `onnx/${file}`, ...interfaces };
}

/** The ViT that Heed brings along. */
export function prepareEmbedded() {
  return prepare('heed-vit at 64', join(embeddedFolder, 'heed-vit'), 'embedded/heed-vit/');
}

/**
 * A ViT with random weights.
 * @param {string} name
 * @param {import('./random-vit.mjs').VitShape} shape
 */
export function prepareRandom(name, shape) {
  const id = idOf(name);
  makeRandomVit(join(modelFolder, id), shape);
  return prepare(name, join(modelFolder, id), `models/${id}/`);
}

/** @param {keyof typeof standardSizes} name */
export function prepareStandard(name) {
  return prepareRandom(name, standardSizes[name]);
}

/**
 * The standard sizes at 224 pixels, smallest first.
 * @param {boolean} isShort the smallest alone
 */
export function prepareStandards(isShort) {
  const names = /** @type {const} */ (['ViT-Ti/16 at 224', 'ViT-S/16 at 224', 'ViT-B/16 at 224']);
  return names.slice(0, isShort ? 1 : undefined).map(prepareStandard);
}
