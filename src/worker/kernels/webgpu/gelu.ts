import type { Compute } from './override.ts';
import { runProgram, sizeOf } from './program.ts';

const ITEMS = 64;

/**
 * WGSL: x · Φ(x) of a number or a vector, by a minimax fit of Φ(x) as sigmoid(x · P(x²)) with a largest
 * error of 7e-8 (../gelu.ts). Cut off where the fit has long become 0 or 1, so that nothing overflows.
 * @param type `f32` or `vec4<f32>`
 */
export function geluFunction(type: string): string {
  const number = (value: number): string => `${type}(${value})`;
  return `
    fn gelu(x : ${type}) -> ${type} {
      let near = clamp(x, ${number(-10)}, ${number(10)});
      let square = near * near;
      var fit = ${number(3.61123232e-9)};
      fit = fit * square - ${number(2.66892796e-7)};
      fit = fit * square + ${number(7.93821854e-6)};
      fit = fit * square - ${number(1.10480314e-4)};
      fit = fit * square - ${number(6.62599973e-5)};
      fit = fit * square + ${number(0.072668567)};
      fit = fit * square + ${number(1.59576843)};
      return max(x, ${number(-10)}) / (1.0 + exp(clamp(-near * fit, ${number(-80)}, ${number(80)})));
    }`;
}

/** Any shape to the same. */
export const gelu: Compute = ({ backend }, { inputs }) => {
  const { x } = inputs;
  if (x === undefined || x.dtype !== 'float32') return null;
  const size = sizeOf(x.shape);
  const wide = size % 4 === 0;
  const count = wide ? size / 4 : size;
  const groups = Math.ceil(count / ITEMS);
  const columns = Math.min(groups, 256);
  return runProgram(backend, {
    name: `heedGelu ${wide}`,
    inputs: [{ name: 'x', tensor: x, wide }],
    output: { shape: x.shape, wide },
    integers: { count },
    workgroupSize: [ITEMS, 1, 1],
    workgroups: [columns, Math.ceil(groups / columns), 1],
    code: `
      ${geluFunction(wide ? 'vec4<f32>' : 'f32')}
      fn main() {
        let group = workgroupId.y * numWorkgroups.x + workgroupId.x;
        let at = i32(group * ${ITEMS}u + localIndex);
        if (at < uniforms.count) { result[at] = gelu(x[at]); }
      }`,
  });
};
