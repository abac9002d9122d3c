// The command line of the trace.
import { parseBackend, readArguments, UsageError } from './options.mjs';

/** @typedef {import('../src/engine/protocol.ts').BackendName} BackendName */

/**
 * @typedef {object} TraceOptions
 * @property {string} model folder name under public/models, or path of a checkpoint folder
 * @property {{ kind: 'picture', path: string } | { kind: 'text', text: string, target: string | null, beamCount: number | null }} input
 * @property {string} out path of a folder
 * @property {BackendName | null} backend null for the engine's own choice
 */

export const traceUsage = `npm run trace -- --model FOLDER (--image FILE | --text "…" [--target "…"] [--beam N])
    --out DIR [--backend NAME]

  --model FOLDER  path of a checkpoint folder, or the name of one under public/models
  --image FILE    a picture, for a vision model; prepared as the checkpoint says
  --text "…"      one sentence, for a translation model
  --target "…"    its translation, to be forced through the model
  --beam N        hypotheses that are followed, 1 (greedy) to 8 (default: the checkpoint's own)
  --out DIR       folder to write, made where it is missing
  --backend NAME  cpu, wasm or webgpu (default: the fastest that is no software adapter)

Writes attention.STACK.LAYER.npy (heads × queries × keys, float32; STACK is self for a picture;
encoder, decoder or cross for a text, whose decoder queries are those that predicted each target
token; layers count from 0), logits.npy (labels, or target tokens × vocabulary; none for a model
without a head), input.npy (channels × height × width as the model saw them, float32; or the source's
token ids, int32) and tokens.json. Prints one JSON line: ms is the time of the run, without loading.`;

/**
 * @param {readonly string[]} args
 * @returns {TraceOptions | null} null where help is wanted
 * @throws UsageError
 */
export function parseTraceOptions(args) {
  const values = readArguments(args, {
    model: { type: 'string' },
    image: { type: 'string' },
    text: { type: 'string' },
    target: { type: 'string' },
    beam: { type: 'string' },
    out: { type: 'string' },
    backend: { type: 'string' },
    help: { type: 'boolean', default: false },
  });
  if (values.help) return null;
  const { model, out, backend } = values;
  if (!model) throw new UsageError('--model: name a checkpoint folder.');
  if (!out) throw new UsageError('--out: name a folder to write.');
  return { model, out, backend: parseBackend(backend), input: readInput(values) };
}

/**
 * @param {{ image?: string, text?: string, target?: string, beam?: string }} values
 * @returns {TraceOptions['input']}
 */
function readInput({ image, text, target, beam }) {
  if ((image === undefined) === (text === undefined))
    throw new UsageError('Give either --image or --text.');
  if (image !== undefined) {
    if (target !== undefined || beam !== undefined)
      throw new UsageError('--target and --beam go with --text.');
    return { kind: 'picture', path: image };
  }
  if (target !== undefined && beam !== undefined)
    throw new UsageError('--beam: a target that is given is not searched for.');
  if (beam !== undefined && !/^[1-8]$/.test(beam))
    throw new UsageError(
      `--beam: expected a whole number from 1 to 8, got ${JSON.stringify(beam)}.`,
    );
  return {
    kind: 'text',
    text: text ?? '',
    target: target ?? null,
    beamCount: beam === undefined ? null : Number(beam),
  };
}
