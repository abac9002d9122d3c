// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { isOfFiles, readModel, sourceOfText, writeModel } from './model-link.ts';
import type { ModelSource } from './model-protocol.ts';
import { defaultHub, identityOf } from './model-source.ts';

const sources: readonly ModelSource[] = [
  { kind: 'hub', hub: defaultHub, id: 'facebook/dino-vits16', revision: 'main' },
  { kind: 'hub', hub: defaultHub, id: 'facebook/dino-vits16', revision: 'refs/pr/1' },
  { kind: 'hub', hub: 'http://127.0.0.1:9/hub/', id: 'a/b', revision: 'v1.0' },
  { kind: 'address', address: 'https://models.example/my%20vit/' },
];

it('a model comes back from a link as it was written', () => {
  for (const source of sources) {
    const parameters = new URLSearchParams();
    writeModel(parameters, source, 'int8');
    const linked = readModel(new URLSearchParams(parameters.toString()));
    expect(linked).toMatchObject({ source, precision: 'int8' });
  }
});

it('the usual Hub, revision and precision are not written', () => {
  const parameters = new URLSearchParams();
  writeModel(parameters, { kind: 'hub', hub: defaultHub, id: 'a/b', revision: 'main' }, 'float32');
  expect([...parameters]).toEqual([['model', 'a/b']]);
});

it('files are named, and cannot be brought back', () => {
  const parameters = new URLSearchParams();
  const source: ModelSource = {
    kind: 'files',
    files: [{ path: 'my vit/config.json', file: new File(['{}'], 'config.json') }],
  };
  writeModel(parameters, source, 'float32');
  const linked = readModel(new URLSearchParams(parameters.toString()));
  expect(linked).toMatchObject({ identity: identityOf(source), source: null });
  expect(linked && isOfFiles(linked)).toBe(true);
});

it('a model of Heed’s own is none that must be opened', () => {
  expect(readModel(new URLSearchParams('model=heed-gru-en-fr'))).toBeNull();
  expect(readModel(new URLSearchParams(''))).toBeNull();
});

it('what names nothing is kept as it was typed, without a source', () => {
  const hostile = ['../..', 'a/../b', 'javascript:alert(1)//', 'ftp://x/y', '<script>/x', 'a/b c'];
  for (const text of hostile)
    expect(readModel(new URLSearchParams({ model: text, precision: 'int4' }))).toEqual({
      text,
      identity: null,
      source: null,
      precision: 'float32',
    });
  expect(readModel(new URLSearchParams({ model: 'a/b', hub: 'http://example.org/' }))).toEqual({
    text: 'a/b',
    identity: null,
    source: null,
    precision: 'float32',
  });
  expect(sourceOfText('facebook', defaultHub)).toBeNull();
});
