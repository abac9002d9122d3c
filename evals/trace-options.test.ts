import { describe, expect, it } from 'vitest';
import { parseTraceOptions } from './trace-options.mjs';

const base = ['--model', 'm', '--out', 'o'];

describe('the options of the trace', () => {
  it('take a picture, or a text with a target or a number of beams', () => {
    expect(parseTraceOptions([...base, '--image', 'a.png', '--backend', 'wasm'])).toEqual({
      model: 'm',
      out: 'o',
      backend: 'wasm',
      input: { kind: 'picture', path: 'a.png' },
    });
    const text = { kind: 'text', text: 'hello', target: null, beamCount: 4 };
    expect(parseTraceOptions([...base, '--text', 'hello', '--beam', '4'])?.input).toEqual(text);
    const forced = { kind: 'text', text: 'hello', target: 'bonjour', beamCount: null };
    expect(parseTraceOptions([...base, '--text', 'hello', '--target', 'bonjour'])?.input).toEqual(
      forced,
    );
    expect(parseTraceOptions(['--help'])).toBeNull();
  });

  it.each<[string[], RegExp]>([
    [['--out', 'o', '--text', 'a'], /--model/],
    [['--model', 'm', '--text', 'a'], /--out/],
    [base, /either --image or --text/],
    [[...base, '--image', 'a', '--text', 'b'], /either --image or --text/],
    [[...base, '--image', 'a', '--beam', '2'], /go with --text/],
    [[...base, '--text', 'a', '--target', 'b', '--beam', '2'], /not searched for/],
    [[...base, '--text', 'a', '--beam', '9'], /from 1 to 8, got "9"/],
    [[...base, '--text', 'a', '--backend', 'gpu'], /cpu, wasm or webgpu/],
    [[...base, '--txt', 'a'], /--help/],
  ])('refuse %j in one sentence', (args, message) => {
    expect(() => parseTraceOptions(args)).toThrow(message);
  });
});
