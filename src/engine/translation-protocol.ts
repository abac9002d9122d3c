/** What crosses between page and worker for translation; `protocol.ts` takes it in. */
import type { LoadedFrom } from './model-protocol.ts';
import type {
  LensDescription,
  LensId,
  LensMatrix,
  LensOptions,
  RunId,
  RunSlot,
} from './protocol.ts';
import type { AttentionChanges } from './what-if-protocol.ts';

/** Positions in a text, UTF-16 units: start, and end after the last. */
export type TextSpan = readonly [start: number, end: number];

/** A text as tokens. All lists have one item a token. */
export interface TokenizedText {
  /** As typed, with lone surrogates made U+FFFD; as decoded, for a target. */
  readonly text: string;
  readonly ids: readonly number[];
  /** As the vocabulary spells them. */
  readonly tokens: readonly string[];
  /** Where each token stands in `text`; a special token has an empty span. */
  readonly spans: readonly TextSpan[];
  /** Tokens that stand for no text: `</s>`. */
  readonly special: readonly boolean[];
  /** The word that each token belongs to, counted from 0. */
  readonly words: readonly number[];
}

export interface StackSize {
  readonly layerCount: number;
  readonly headCount: number;
}

export type TranslationStackName = 'encoder' | 'decoder' | 'cross';

/** The head of the cross-attention that aligns best, as measured when the model was made. */
export interface BestAlignment {
  /** Counted from 0. */
  readonly layer: number;
  readonly head: number;
  /** Alignment error rate (Och & Ney 2003), 0 to 1, where the checkpoint names it. */
  readonly errorRate: number | null;
}

export interface TranslationModelInfo extends LoadedFrom {
  readonly kind: 'translation';
  /** Folder name: `heed-marian-en-fr`. */
  readonly name: string;
  readonly modelType: string;
  readonly parameterCount: number;
  readonly vocabularySize: number;
  /** Null where the model has no such attention. */
  readonly stacks: Readonly<Record<TranslationStackName, StackSize | null>>;
  /** Null where the checkpoint names none. */
  readonly bestAlignment: BestAlignment | null;
  /**
   * What a text may begin with to say what it is translated into: `>>fra<<`. Empty for a model of one
   * target language.
   */
  readonly languageCodes: readonly string[];
  readonly longestSource: number;
  readonly longestTarget: number;
  readonly initialBeamCount: number;
  /** All of the menu; those that the model cannot have say why. */
  readonly lenses: readonly LensDescription[];
  readonly bytes: number;
  readonly cached: boolean;
  readonly loadMs: number;
  readonly warmUpMs: number;
}

export interface TokenCandidate {
  readonly token: number;
  /** As a person reads it, with white space kept visible by the page. */
  readonly text: string;
  /** 0 to 1 */
  readonly probability: number;
}

/** One target token, as it was chosen. */
export interface DecodingStep {
  readonly token: number;
  readonly logProbability: number;
  /** The five best tokens at this place, best first. */
  readonly candidates: readonly TokenCandidate[];
}

export interface HypothesisResult {
  readonly target: TokenizedText;
  readonly steps: readonly DecodingStep[];
  /** Length-normalised log probability, by which hypotheses are ranked. */
  readonly score: number;
  readonly finished: boolean;
}

export interface SentenceResult {
  /** Spans are positions in the whole text. */
  readonly source: TokenizedText;
  /** Best first. */
  readonly hypotheses: readonly HypothesisResult[];
}

export interface TranslationRun {
  readonly run: RunId;
  /** The model's identity. */
  readonly model: string;
  readonly sentences: readonly SentenceResult[];
  readonly runMs: number;
  /** Milliseconds to the first target token; of a quiet translation and a forced one, to the end. */
  readonly firstTokenMs: number;
}

/** What a translation says while it is under way. */
export type TranslationNews =
  | {
      readonly type: 'sentence';
      readonly sentence: number;
      readonly sentenceCount: number;
      readonly source: TokenizedText;
    }
  | {
      readonly type: 'steps';
      readonly sentence: number;
      /** Steps of the sentence that stand; later ones are taken back. */
      readonly kept: number;
      readonly added: readonly DecodingStep[];
      /** [layer, head, source token] of each added step. */
      readonly rows: readonly Float32Array[];
      /** The sentence's best translation so far. */
      readonly target: TokenizedText;
    };

/**
 * Every head's matrix of one stack of one hypothesis. In the cross and decoder stacks row t is the
 * query that *predicted* target token t. Keys of the decoder stack are what was read: key 0 is the
 * start token, key j is target token j - 1; what a query can't see is 0.
 */
export interface StackAttention {
  readonly layerCount: number;
  readonly headCount: number;
  readonly queryCount: number;
  readonly keyCount: number;
  /** [layer, head, query, key]; rows sum to 1. */
  readonly values: Float32Array;
}

/** A lens over a translated sentence. Rows are target tokens, columns source tokens. */
export interface TranslationLensRequest {
  readonly run: RunId;
  readonly sentence: number;
  readonly hypothesis: number;
  readonly lens: LensId;
  /** Of the cross-attention, counted from 0, where the lens uses them. */
  readonly layer: number;
  readonly head: number;
  readonly options: LensOptions;
}

/** What became of one token of the old target under changes, the tokens before it as they were. */
export interface ForcedChange {
  /** Natural logarithms of the token's probability. */
  readonly before: number;
  readonly after: number;
  /** Between the distributions over the whole vocabulary, 0 to 1. */
  readonly totalVariation: number;
  /** Jensen–Shannon divergence in bits, 0 to 1. */
  readonly jensenShannon: number;
}

/** A sentence translated anew with changes, and its old target scored with them. */
export interface ChangedTranslation {
  /**
   * Of slot `changed`, with one sentence. Its hypotheses are those of `sentence`, and after them the
   * old target.
   */
  readonly run: RunId;
  readonly sentence: SentenceResult;
  readonly oldTarget: HypothesisResult;
  /** One for each token of the old target. */
  readonly tokens: readonly ForcedChange[];
  readonly runMs: number;
}

/** What every head's absence does to a target that is given (Michel et al. 2019, arXiv:1905.10650). */
export interface TranslationHeadImportance {
  /** [token]: log probability of each target token as it is. */
  readonly logProbabilities: Float32Array;
  /** [layer, head, token]: the same without the head; null where the model has no such stack. */
  readonly without: Readonly<Record<TranslationStackName, Float32Array | null>>;
}

export interface TranslationCalls {
  /** News comes while it runs. A newer translation of the slot cancels it between tokens. */
  translate: {
    args: {
      readonly model: string;
      readonly text: string;
      readonly beamCount: number;
      readonly slot: RunSlot;
      /** Splits nothing but what is too long for the model; otherwise sentences are found. */
      readonly isOneSentence?: boolean;
      /** Sends no news, as an evaluation wants it. */
      readonly isQuiet?: boolean;
    };
    result: TranslationRun;
  };
  /**
   * Scores a target that is given, token by token, without a translation before it. Both texts are
   * taken as one sentence. The run has that sentence, with the given target as its only hypothesis.
   */
  forceText: {
    args: {
      readonly model: string;
      readonly source: string;
      readonly target: string;
      readonly slot: RunSlot;
    };
    result: TranslationRun;
  };
  /**
   * Translates a sentence of a run once more from a target that begins with `prefix`; the new trace
   * takes the old one's place in the run. News comes while it runs.
   */
  continueFrom: {
    args: {
      readonly run: RunId;
      readonly sentence: number;
      /** Target tokens. */
      readonly prefix: readonly number[];
      readonly beamCount: number;
    };
    result: SentenceResult;
  };
  /** Scores a target that the person wrote, token by token, in the place of the sentence's own. */
  forceTarget: {
    args: { readonly run: RunId; readonly sentence: number; readonly target: string };
    result: SentenceResult;
  };
  readStack: {
    args: {
      readonly run: RunId;
      readonly sentence: number;
      readonly hypothesis: number;
      readonly stack: TranslationStackName;
    };
    result: StackAttention;
  };
  applyTranslationLens: { args: TranslationLensRequest; result: LensMatrix };
  /**
   * Translates a sentence of a run once more with changes, and scores the target of one of its
   * hypotheses with them; the run stays. Cuts and hidden tokens are counted in that sentence.
   */
  translateChanged: {
    args: {
      readonly run: RunId;
      readonly sentence: number;
      readonly hypothesis: number;
      readonly changes: AttentionChanges;
      readonly beamCount: number;
    };
    result: ChangedTranslation;
  };
  /** Switches off every head in turn, upon the changes that the run was made with. */
  translationHeadImportance: {
    args: { readonly run: RunId; readonly sentence: number; readonly hypothesis: number };
    result: TranslationHeadImportance;
  };
}
