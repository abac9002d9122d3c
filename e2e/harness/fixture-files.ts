/** The parity fixtures on disk. Made by training/parity, which says what each file holds. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import type { FixtureFiles } from './fixture-model.ts';

const ROOT = join(import.meta.dirname, '../fixtures/parity');

/** Folders of fixtures under a folder of the fixtures, by name. */
export function listFixtures(folder = ''): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .toSorted();
}

export function readFixtureText(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

export function readFixtureBytes(path: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(readFileSync(join(ROOT, path)));
}

export function readTensors(path: string): Safetensors {
  return new Safetensors(readFixtureBytes(path));
}

/** Names of the fixtures with a vision checkpoint. */
export function listVisionFixtures(): string[] {
  return listFixtures().filter((name) => /^(vit|deit|dinov2)-/.test(name));
}

/** Names of the fixtures with a translator. */
export function listTranslationFixtures(): string[] {
  return listFixtures().filter((name) => /^(marian|gru)-/.test(name));
}

export function readVisionFixture(name: string): FixtureFiles {
  return {
    name,
    texts: {
      'config.json': readFixtureText(`${name}/config.json`),
      'preprocessor_config.json': readFixtureText(`${name}/preprocessor_config.json`),
    },
    weights: readFixtureBytes(`${name}/model.safetensors`),
    expected: readFixtureBytes(`${name}/expected.safetensors`),
  };
}
