import type { TensorInfo } from '@tensorflow/tfjs-core';

import type { Compute } from './override.ts';
import { runProgram, sizeOf } from './program.ts';
import { planRows } from './row-reduction.ts';

/** `x` and, unless absent, `added`: [rows, width]; `scale` and `shift`: [width]. A pass for each row. */
export const layerNorm: Compute = ({ backend, teamwork }, { inputs, attrs }) => {
  const { x, added, scale, shift } = inputs;
  const epsilon = attrs?.['epsilon'];
  if (x === undefined || scale === undefined || shift === undefined) return null;
  if (typeof epsilon !== 'number') return null;
  const width = x.shape.at(-1) ?? 1;
  const rows = sizeOf(x.shape) / width;
  if (added !== undefined && sizeOf(added.shape) !== sizeOf(x.shape)) return null;
  if (sizeOf(scale.shape) !== width || sizeOf(shift.shape) !== width) return null;
  const wide = width % 4 === 0;
  const plan = planRows(teamwork, rows, 'f32');
  const tensors: Record<string, TensorInfo> = { x, scale, shift };
  if (added !== undefined) tensors['added'] = added;
  return runProgram(backend, {
    name: `heedLayerNorm ${teamwork} ${wide} ${added !== undefined}`,
    inputs: Object.entries(tensors).map(([name, tensor]) => ({ name, tensor, wide })),
    output: { shape: x.shape, wide },
    integers: { units: rows, width: wide ? width / 4 : width },
    floats: { epsilon, count: width },
    workgroupSize: plan.workgroupSize,
    workgroups: plan.workgroups,
    code: `
      ${plan.declarations}
      alias Part = ${wide ? 'vec4<f32>' : 'f32'};
      fn total(part : Part) -> f32 { return ${wide ? 'dot(part, vec4<f32>(1.0))' : 'part'}; }
      fn main() {
        ${plan.begin}
        let start = unit * uniforms.width;
        var sum = Part(0.0);
        for (var at = lane; at < uniforms.width; at = at + LANES) {
          let value = x[start + at]${added === undefined ? '' : ' + added[start + at]'};
          result[start + at] = value;
          sum = sum + value;
        }
        let mean = reduceSum(total(sum)) / uniforms.count;
        // From the centred row: the mean of squares less the square of the mean would cancel.
        var squares = Part(0.0);
        for (var at = lane; at < uniforms.width; at = at + LANES) {
          let centred = result[start + at] - mean;
          squares = squares + centred * centred;
        }
        let variance = reduceSum(total(squares)) / uniforms.count;
        let inverse = inverseSqrt(variance + uniforms.epsilon);
        for (var at = lane; at < uniforms.width; at = at + LANES) {
          result[start + at] = (result[start + at] - mean) * inverse * scale[at] + shift[at];
        }
      }`,
  });
};
