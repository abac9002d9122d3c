import * as tf from '@tensorflow/tfjs-core';
import { asMatrix } from '../../kernels/tensors.ts';
import type { TensorReader } from '../tensor-reader.ts';

/**
 * A GRU cell (Cho et al. 2014, arXiv:1406.1078) in the form of PyTorch's, where the reset gate
 * scales the product with the state:
 *
 *     r = σ(W_r [x; h] + b_r)      z = σ(W_z [x; h] + b_z)
 *     n = tanh(W_x x + b_x + r ∘ (W_h h + b_h))      h' = (1 − z) ∘ n + z ∘ h
 *
 * Both halves of a gate are joined into one matrix, so that a gate is one product.
 */
export interface GruCell {
  readonly reset: Gate;
  readonly update: Gate;
  readonly newFromInput: Gate;
  readonly newFromState: Gate;
}

interface Gate {
  /** [in, size] */
  readonly weight: tf.Tensor2D;
  /** [size] */
  readonly bias: tf.Tensor1D;
}

/** Where a cell's four tensors are in a checkpoint. */
export interface CellNames {
  readonly weightIh: string;
  readonly weightHh: string;
  readonly biasIh: string;
  readonly biasHh: string;
}

/** Gates stand one after the other in the stored rows: reset, update, new. */
export function readCell(
  reader: TensorReader,
  names: CellNames,
  inSize: number,
  size: number,
): GruCell {
  const fromInput = reader.transposed(names.weightIh, 3 * size, inSize);
  const fromState = reader.transposed(names.weightHh, 3 * size, size);
  const inputBias = reader.vector(names.biasIh, 3 * size);
  const stateBias = reader.vector(names.biasHh, 3 * size);
  const columns = (weight: tf.Tensor2D, gate: number): tf.Tensor2D =>
    tf.slice2d(weight, [0, gate * size], [weight.shape[0], size]);
  const part = (bias: tf.Tensor1D, gate: number): tf.Tensor1D =>
    tf.slice1d(bias, gate * size, size);
  const joined = (gate: number): Gate => ({
    weight: tf.concat2d([columns(fromInput, gate), columns(fromState, gate)], 0),
    bias: tf.add(part(inputBias, gate), part(stateBias, gate)),
  });
  return {
    reset: joined(0),
    update: joined(1),
    newFromInput: { weight: columns(fromInput, 2), bias: part(inputBias, 2) },
    newFromState: { weight: columns(fromState, 2), bias: part(stateBias, 2) },
  };
}

/** What a step of the cell leaves for a backward pass; all [rows, size]. */
export interface CellTape {
  /** Before the step. */
  readonly state: tf.Tensor2D;
  readonly reset: tf.Tensor2D;
  readonly update: tf.Tensor2D;
  /** W_h h + b_h */
  readonly product: tf.Tensor2D;
  /** n of the formulas */
  readonly fresh: tf.Tensor2D;
  /** After the step. */
  readonly next: tf.Tensor2D;
}

/**
 * One step of the cell.
 * @param input [rows, in]
 * @param state [rows, size]
 * @returns the next state [rows, size]
 */
export function runCell(cell: GruCell, input: tf.Tensor2D, state: tf.Tensor2D): tf.Tensor2D {
  return tapeCell(cell, input, state).next;
}

/** One step of the cell, with all that a backward pass needs. */
export function tapeCell(cell: GruCell, input: tf.Tensor2D, state: tf.Tensor2D): CellTape {
  const both = tf.concat2d([input, state], 1);
  const reset = apply(both, cell.reset, 'sigmoid');
  const update = apply(both, cell.update, 'sigmoid');
  const product = apply(state, cell.newFromState);
  const fromState = tf.mul(reset, product);
  const fresh = tf.tanh<tf.Tensor2D>(tf.add(apply(input, cell.newFromInput), fromState));
  const next = tf.add<tf.Tensor2D>(fresh, tf.mul(update, tf.sub(state, fresh)));
  return { state, reset, update, product, fresh, next };
}

function apply(x: tf.Tensor2D, { weight, bias }: Gate, activation?: 'sigmoid'): tf.Tensor2D {
  const attributes = activation === undefined ? {} : { activation };
  return asMatrix(tf.fused.matMul({ a: x, b: weight, bias, ...attributes }));
}
