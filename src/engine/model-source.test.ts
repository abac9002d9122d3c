import { describe, expect, it } from 'vitest';
import { defaultHub, identityOf, parseFolderAddress, parseModelId } from './model-source.ts';

function fileOf(path: string, text: string) {
  return { path, file: new File([text], path, { lastModified: 5 }) };
}

describe('parseModelId', () => {
  it.each([
    ['facebook/dino-vits16', 'facebook/dino-vits16', 'main'],
    [' Helsinki-NLP/opus-mt-en-de ', 'Helsinki-NLP/opus-mt-en-de', 'main'],
    ['google/vit-base-patch16-224@v1.0', 'google/vit-base-patch16-224', 'v1.0'],
    ['a/b@refs/pr/1', 'a/b', 'refs/pr/1'],
  ])('reads “%s”', (text, id, revision) => {
    expect(parseModelId(text)).toEqual({ id, revision });
  });

  it.each([
    '',
    'vit',
    'a/b/c',
    '../b',
    'a/..',
    'a/b c',
    'a//b',
    'a/b@',
    'a/b@x@y',
    'a/b@../c',
    'a/b@c/',
    'a/b@-d',
    'a/--b',
    'a/b.',
    'https://example.org/a/b',
    '<img src=x>/b',
    `a/${'b'.repeat(97)}`,
  ])('refuses “%s”', (text) => {
    expect(parseModelId(text)).toBeNull();
  });
});

describe('parseFolderAddress', () => {
  it.each([
    ['https://example.org/model', 'https://example.org/model/'],
    [' https://example.org/model/?token=x#y', 'https://example.org/model/'],
    ['http://localhost:8000/', 'http://localhost:8000/'],
    ['http://127.0.0.1/m', 'http://127.0.0.1/m/'],
  ])('reads “%s”', (text, address) => {
    expect(parseFolderAddress(text)).toBe(address);
  });

  it.each([
    'example.org/model',
    'http://example.org/model/',
    'https://name:password@example.org/',
    'javascript:alert(1)',
    'data:text/plain,x',
    'file:///etc/',
    'https://',
  ])('refuses “%s”', (text) => {
    expect(parseFolderAddress(text)).toBeNull();
  });

  it('lets the page’s own server be any', () => {
    expect(parseFolderAddress('http://lan/models/x', 'http://lan')).toBe('http://lan/models/x/');
  });
});

describe('identityOf', () => {
  it('names a model of the usual Hub shortly, of another with its address', () => {
    const source = { kind: 'hub', hub: defaultHub, id: 'a/b', revision: 'main' } as const;
    expect(identityOf(source)).toBe('hub:a/b@main');
    expect(identityOf({ ...source, hub: 'https://hub.example/' })).toBe(
      'hub:a/b@main at https://hub.example/',
    );
  });

  it('tells files apart by what they are, in whatever order they come', () => {
    const [config, weights] = [fileOf('m/config.json', '{}'), fileOf('m/model.safetensors', 'abc')];
    const name = identityOf({ kind: 'files', files: [config, weights] });
    expect(identityOf({ kind: 'files', files: [weights, config] })).toBe(name);
    const other = fileOf('m/model.safetensors', 'abcd');
    expect(identityOf({ kind: 'files', files: [config, other] })).not.toBe(name);
  });
});
