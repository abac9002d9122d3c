import type { Compute } from './override.ts';
import { runProgram, sizeOf } from './program.ts';
import { planRows } from './row-reduction.ts';

/** `Softmax` of tfjs, over the last axis. */
export const softmax: Compute = ({ backend, teamwork }, { inputs, attrs }) => {
  const { logits } = inputs;
  if (logits === undefined || logits.dtype !== 'float32') return null;
  const columns = logits.shape.at(-1) ?? 1;
  const axis = attrs?.['dim'];
  const size = sizeOf(logits.shape);
  if (size === 0 || (axis !== -1 && axis !== logits.shape.length - 1)) return null;
  const plan = planRows(teamwork, size / columns, 'f32');
  return runProgram(backend, {
    name: `heedSoftmax ${teamwork}`,
    inputs: [{ name: 'logits', tensor: logits, wide: false }],
    output: { shape: logits.shape, wide: false },
    integers: { units: size / columns, columns },
    workgroupSize: plan.workgroupSize,
    workgroups: plan.workgroups,
    code: `
      ${plan.declarations}
      fn main() {
        ${plan.begin}
        let start = unit * uniforms.columns;
        var largest = logits[start];
        for (var at = lane; at < uniforms.columns; at = at + LANES) {
          largest = max(largest, logits[start + at]);
        }
        largest = reduceMax(largest);
        var sum = 0.0;
        for (var at = lane; at < uniforms.columns; at = at + LANES) {
          let weight = exp(logits[start + at] - largest);
          result[start + at] = weight;
          sum = sum + weight;
        }
        let inverse = 1.0 / reduceSum(sum);
        for (var at = lane; at < uniforms.columns; at = at + LANES) {
          result[start + at] = result[start + at] * inverse;
        }
      }`,
  });
};
