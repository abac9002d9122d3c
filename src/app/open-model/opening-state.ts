import { createStore, type StoreApi } from 'zustand';
import type {
  KeptModels,
  ModelSheet,
  ModelSource,
  Precision,
} from '../../engine/model-protocol.ts';
import type { Progress } from '../../engine/protocol.ts';

/** A model whose sheet is known. */
interface Known {
  readonly source: ModelSource;
  readonly sheet: ModelSheet;
}

/** How far the opening of a model has come. */
export type Stage =
  /** The person says which. */
  | { readonly kind: 'choosing' }
  /** Its settings are read. */
  | { readonly kind: 'inspecting'; readonly title: string }
  /** The sheet is shown and the person decides, or it says why the model cannot be run. */
  | ({ readonly kind: 'asking' } & Known)
  | ({ readonly kind: 'loading'; readonly progress: Progress | null } & Known)
  /** It is loaded; the panels are about to show it. */
  | ({ readonly kind: 'showing' } & Known);

export interface OpeningState {
  /** Whether the dialog is open. */
  readonly isOpen: boolean;
  readonly stage: Stage;
  readonly alert: string | null;
  /** Whether the Hub gives what was asked for to those alone whom it knows. */
  readonly needsToken: boolean;
  /** What is typed: an id or an address. */
  readonly text: string;
  /** The Hub's address as it is typed. */
  readonly hub: string;
  readonly token: string;
  readonly precision: Precision;
  /** Null until they were asked for. */
  readonly kept: KeptModels | null;
  /** When they were asked for, in milliseconds since 1970. */
  readonly keptAt: number;
}

export type OpeningStore = StoreApi<OpeningState>;

export function createOpeningStore(hub: string): OpeningStore {
  return createStore<OpeningState>(() => ({
    isOpen: false,
    stage: { kind: 'choosing' },
    alert: null,
    needsToken: false,
    text: '',
    hub,
    token: '',
    precision: 'float32',
    kept: null,
    keptAt: 0,
  }));
}
