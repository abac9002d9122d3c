/** Decodes with both, on the same weights and sources. */
import { tfjsStarters } from '../../../../src/worker/backend/choose.ts';
import { wasmFiles } from '../../../../src/worker/backend/wasm-files.ts';
import type { CheckpointFiles } from '../../../../src/worker/checkpoint/files.ts';
import { loadWeights } from '../../../../src/worker/checkpoint/load-weights.ts';
import {
  parseDecodingSettings,
  type DecodingSettings,
} from '../../../../src/worker/decoding/settings.ts';
import { PackedRows } from '../../../../src/worker/checkpoint/packed-weights.ts';
import { EmbeddingTable } from '../../../../src/worker/models/embedding-table.ts';
import { parseMarianConfig } from '../../../../src/worker/models/marian/config.ts';
import { MarianModel } from '../../../../src/worker/models/marian/marian.ts';
import { readTokenizerFiles } from '../../../../src/worker/text/load-tokenizer.ts';
import { type Decode, largestDifference } from './decoded.ts';
import type { DecodingOptions, Loaded, Request, Side } from './decoding.d.ts';
import { heedDecoder } from './heed-decoder.ts';
import { ortDecoder } from './ort-decoder.ts';

const { signal } = new AbortController();

function filesOf(folder: string): CheckpointFiles {
  const request = async (name: string): Promise<Response> => {
    const response = await fetch(new URL(`${folder}${name}`, new URL('../', self.location.href)));
    if (!response.ok) throw new Error(`${name}: ${response.status}`);
    return response;
  };
  return {
    readText: async (name) => (await request(name)).text(),
    readBytes: async (name) => new Uint8Array(await (await request(name)).arrayBuffer()),
  };
}

/** As the checkpoint decodes, but no longer than asked, and without an end forced upon it. */
function settingsFor(config: string, mostTokens: number): DecodingSettings {
  const { targetVocabularySize, longestText } = parseMarianConfig(config);
  const own = parseDecodingSettings(config, null, targetVocabularySize, longestText);
  return { ...own, forcedEndToken: null, longestTarget: mostTokens + 1 };
}

async function readSources(
  sources: DecodingOptions['sources'],
  files: CheckpointFiles,
  endToken: number,
  vocabularySize: number,
): Promise<(readonly number[])[]> {
  const sizes = { source: vocabularySize, target: vocabularySize };
  const needsTokenizer = sources.some((source) => typeof source === 'string');
  const make = needsTokenizer ? await readTokenizerFiles(files, signal) : null;
  const tokenizer = make?.(endToken, sizes);
  return sources.map((source) =>
    typeof source === 'string' ? (tokenizer?.encode(source, []).ids ?? []) : source,
  );
}

interface Both {
  readonly sources: readonly (readonly number[])[];
  readonly decoders: Readonly<Record<Side, Decode>>;
}

let both: Both | null = null;

async function load(options: DecodingOptions): Promise<Loaded> {
  const running = await tfjsStarters(wasmFiles)[options.backend](true);
  const files = filesOf(options.model);
  const text = await files.readText('config.json');
  const config = parseMarianConfig(text);
  const settings = settingsFor(text, options.mostTokens);
  const weights = await loadWeights(files, { signal, onBytes: () => {} });
  const shared = weights.floats('model.shared.weight', [config.sourceVocabularySize, config.width]);
  const scale = config.scalesEmbeddings ? Math.sqrt(config.width) : 1;
  const rows = new PackedRows(
    shared,
    config.sourceVocabularySize,
    'float32',
    'model.shared.weight',
  );
  const table = new EmbeddingTable(rows, scale);
  const sources = await readSources(
    options.sources,
    files,
    settings.endToken,
    config.sourceVocabularySize,
  );
  const decoders = {
    heed: heedDecoder(MarianModel.load(text, weights), settings),
    ort: await ortDecoder(options, config, settings, table),
  };
  both = { sources, decoders };
  const tokenCounts: number[] = [];
  let attentionDifference = 0;
  for (const source of sources) {
    const [heed, ort] = [await decoders.heed(source), await decoders.ort(source)];
    attentionDifference = Math.max(attentionDifference, largestDifference(heed, ort));
    tokenCounts.push(heed.tokens.length);
  }
  return { detail: running.info.detail, tokenCounts, attentionDifference };
}

async function measure(side: Side): Promise<number> {
  if (both === null) throw new Error('Nothing has been loaded.');
  let count = 0;
  const begin = performance.now();
  for (const source of both.sources) count += (await both.decoders[side](source)).tokens.length;
  return (1000 * count) / (performance.now() - begin);
}

self.addEventListener('message', ({ data }: MessageEvent<Request>) => {
  const answer: Promise<Loaded | number> =
    data.call === 'load' ? load(data.options) : measure(data.side);
  void answer.then(
    (value) => self.postMessage({ value }, { transfer: [] }),
    (error: unknown) =>
      self.postMessage(
        { error: error instanceof Error ? error.message : String(error) },
        { transfer: [] },
      ),
  );
});
