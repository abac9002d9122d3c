/** Programs as tfjs runs them: one shader, its buffers and its uniforms. */
import type { TensorInfo } from '@tensorflow/tfjs-core';
import type { WebGPUBackend, WebGPUProgram } from '@tensorflow/tfjs-backend-webgpu';

import type { Teamwork } from './kernel-backend.ts';

export interface KernelContext {
  readonly backend: WebGPUBackend;
  readonly teamwork: Teamwork;
}

export interface Program {
  /** With everything that its code depends on: programs of one name share a compiled shader. */
  readonly name: string;
  /** Buffers by their names in the code; `wide` ones are read four numbers at once. */
  readonly inputs: readonly {
    readonly name: string;
    readonly tensor: TensorInfo;
    readonly wide: boolean;
  }[];
  /** Of `result`, which holds four numbers in each place where `isWide`. */
  readonly output: { readonly shape: number[]; readonly wide: boolean };
  /** Whole numbers by their names under `uniforms`. */
  readonly integers: Readonly<Record<string, number>>;
  readonly floats?: Readonly<Record<string, number>>;
  readonly workgroupSize: readonly [number, number, number];
  /** Workgroups in x, y and z. */
  readonly workgroups: readonly [number, number, number];
  /** WGSL with `fn main()`, which finds `workgroupId`, `globalId`, `localId` and `localIndex`. */
  readonly code: string;
}

/** The largest number of workgroups in a dimension that every adapter takes. */
export const MOST_WORKGROUPS = 65_535;

/** Whether every adapter takes so many workgroups. */
export function fitsDispatch(workgroups: readonly number[]): boolean {
  return workgroups.every((count) => count <= MOST_WORKGROUPS);
}

/** Runs a program on the device, without waiting for it. */
export function runProgram(backend: WebGPUBackend, program: Program): TensorInfo {
  const { name, inputs, output, integers, floats = {}, workgroupSize, workgroups, code } = program;
  const size = sizeOf(output.shape);
  const fields = [
    ...Object.entries(integers).map(([name, value]) => ({ name, type: 'int32', value })),
    ...Object.entries(floats).map(([name, value]) => ({ name, type: 'float32', value })),
  ];
  const described: WebGPUProgram = {
    variableNames: inputs.map(({ name }) => name),
    variableComponents: inputs.map(({ wide }) => (wide ? 4 : 1)),
    // Flat, as the inputs: the code knows the shapes, and tfjs makes a shader for each rank.
    outputShape: [size],
    outputComponent: output.wide ? 4 : 1,
    // Not flat, so that tfjs calls `main` without an index of its own.
    dispatchLayout: { x: [], y: [0] },
    dispatch: [...workgroups],
    workgroupSize: [...workgroupSize],
    uniforms: fields
      .map(({ name, type }) => `${name} : ${type === 'int32' ? 'i32' : 'f32'}, `)
      .join(''),
    shaderKey: name,
    getUserCode: () => code,
  };
  const info = backend.runWebGPUProgram(
    described,
    inputs.map(({ tensor: { dataId, shape, dtype } }) => ({
      dataId,
      shape: [sizeOf(shape)],
      dtype,
    })),
    'float32',
    fields.map(({ type, value }) => ({ type, data: [value] })),
  );
  return { ...info, shape: output.shape };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** `line(0)` to `line(count - 1)`, one below the other: a loop that is written out. */
export function repeat(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}
