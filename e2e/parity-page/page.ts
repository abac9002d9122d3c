/** A page that holds the models against the reference, on a backend started as the engine does. */
import type { BackendInfo, BackendName } from '../../src/engine/protocol.ts';
import { startBackend, tfjsStarters } from '../../src/worker/backend/choose.ts';
import { wasmFiles } from '../../src/worker/backend/wasm-files.ts';
import { Safetensors } from '../../src/worker/checkpoint/safetensors.ts';
import type { FixtureFiles } from '../harness/fixture-model.ts';
import { type LensCase, type LensParity, measureLensParity } from '../harness/lens-parity.ts';
import { measureParity, type Parity } from '../harness/parity.ts';
import {
  measureTranslationLenses,
  type TranslationLensParity,
} from '../harness/translation-lens-parity.ts';
import {
  measureGruParity,
  measureMarianParity,
  type TranslationParity,
} from '../harness/translation-parity.ts';

export interface ParityPage {
  readonly start: (backend: BackendName) => Promise<BackendInfo>;
  /** @param name of a fixture with a ViT or DeiT */
  readonly measureVision: (name: string) => Promise<Parity>;
  readonly measureLenses: (lensCase: LensCase) => Promise<LensParity>;
  /**
   * @param name of a fixture with a Marian or a recurrent translator
   * @param isQuick leaves most searches out
   */
  readonly measureTranslation: (name: string, isQuick: boolean) => Promise<TranslationParity>;
  /** @param isQuick leaves out what takes a software GPU long */
  readonly measureTranslationLenses: (
    name: string,
    isQuick: boolean,
  ) => Promise<TranslationLensParity>;
}

declare global {
  var parity: ParityPage;
}

async function fetchFile(path: string): Promise<Response> {
  const response = await fetch(`/fixtures/${path}`);
  if (!response.ok) throw new Error(`${path}: ${response.status}`);
  return response;
}

async function fetchText(path: string): Promise<string> {
  return (await fetchFile(path)).text();
}

async function fetchBytes(path: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await (await fetchFile(path)).arrayBuffer());
}

async function fetchFixture(name: string, textFiles: readonly string[]): Promise<FixtureFiles> {
  return {
    name,
    texts: Object.fromEntries(
      await Promise.all(
        textFiles.map(async (file) => [file, await fetchText(`${name}/${file}`)] as const),
      ),
    ),
    weights: await fetchBytes(`${name}/model.safetensors`),
    expected: await fetchBytes(`${name}/expected.safetensors`),
  };
}

globalThis.parity = {
  start: async (backend) => {
    const request = { forced: backend, allowSoftwareAdapter: true };
    return (await startBackend(request, tfjsStarters(wasmFiles))).info;
  },
  measureVision: async (name) =>
    measureParity(await fetchFixture(name, ['config.json', 'preprocessor_config.json'])),
  measureLenses: async (lensCase) =>
    measureLensParity(
      await fetchFixture(lensCase.fixture, ['config.json', 'preprocessor_config.json']),
      new Safetensors(await fetchBytes('lenses.safetensors')),
      JSON.parse(await fetchText('lenses.json')),
      lensCase,
    ),
  measureTranslation: async (name, isQuick) =>
    name.startsWith('marian-')
      ? measureMarianParity(
          await fetchFixture(name, ['config.json', 'generation_config.json', 'expected.json']),
          isQuick,
        )
      : measureGruParity(await fetchFixture(name, ['config.json'])),
  measureTranslationLenses: async (name, isQuick) =>
    measureTranslationLenses(
      {
        ...(await fetchFixture(
          name,
          name.startsWith('marian-') ? ['config.json', 'changed.json'] : ['config.json'],
        )),
        lenses: await fetchBytes(`${name}/lenses.safetensors`),
      },
      isQuick,
    ),
};
