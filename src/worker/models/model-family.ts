import type { ModelKind, ModelSheet } from '../../engine/model-protocol.ts';

/** What a checkpoint's settings say of its model, before any weight is read. */
export interface ModelDescription extends Pick<
  ModelSheet,
  'stacks' | 'input' | 'labelCount' | 'vocabulary'
> {
  /** Numbers that the forward pass uses. */
  readonly parameterCount: number;
  /** Numbers kept that the person may have packed into fewer bits. */
  readonly packableElements: number;
  /** Numbers of all that is packed together with one another, expanded for a moment: a layer. */
  readonly expandedElements: number;
  /** Numbers kept in single precision whatever the person chooses; what is kept twice counts twice. */
  readonly singleElements: number;
  /** Bytes that one run holds at most, beside weights and what it keeps. */
  readonly activationBytes: number;
  /** Bytes of attention that one run keeps for the panels. */
  readonly attentionBytes: number;
}

/** Settings of a checkpoint that a description is made from, as texts. */
export interface SettingsFiles {
  readonly config: string;
  /** preprocessor_config.json, where there is one. */
  readonly preprocessor: string | null;
}

/** A kind of model that Heed runs. */
export interface ModelFamily {
  readonly kind: ModelKind;
  /**
   * @param attentionBytes the budget of the attention that is kept of runs
   * @throws HeedFailure `model-invalid` or `model-unsupported`, with the field that is to blame
   */
  readonly describe: (files: SettingsFiles, attentionBytes: number) => ModelDescription;
}
