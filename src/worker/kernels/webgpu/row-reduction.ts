/** WGSL for kernels that work on rows: who computes which row, and sums over a row. */
import { type Teamwork } from './kernel-backend.ts';
import { MOST_WORKGROUPS } from './program.ts';

/** Invocations of a workgroup that share a row, or have one each. */
const TOGETHER = 64;
const ALONE = 16;
/** A lane that no row is long enough for. */
const BEYOND = 1 << 30;

export interface RowPlan {
  readonly workgroupSize: readonly [number, number, number];
  readonly workgroups: readonly [number, number, number];
  /**
   * WGSL: `unit`, the row or group of rows; `lane` of `LANES`, the invocation's place among those that
   * share it; and `reduceSum` and `reduceMax` of a `Rows` over these.
   */
  readonly declarations: string;
  /**
   * WGSL that begins `main`: defines `unit` and `lane`. Beyond `uniforms.units` there is nothing to do:
   * it ends, or has a lane past the end of any row.
   */
  readonly begin: string;
}

/**
 * @param unitCount rows, or groups of rows
 * @param type of what is reduced: a number for each row of a unit
 */
export function planRows(
  teamwork: Teamwork,
  unitCount: number,
  type: 'f32' | 'vec4<f32>',
): RowPlan {
  const isShared = teamwork === 'together';
  const groupCount = isShared ? unitCount : Math.ceil(unitCount / ALONE);
  const columns = Math.min(groupCount, MOST_WORKGROUPS);
  const declarations = isShared ? sharedReduction(type) : loneReduction(type);
  const group = 'i32(workgroupId.y * numWorkgroups.x + workgroupId.x)';
  return {
    workgroupSize: [isShared ? TOGETHER : ALONE, 1, 1],
    workgroups: [columns, Math.ceil(groupCount / columns), 1],
    declarations,
    begin: isShared
      ? // No return: all invocations of a workgroup must come to its barriers.
        `let unit = ${group};
         let lane = select(${BEYOND}, i32(localIndex), unit < uniforms.units);`
      : `let unit = ${group} * ${ALONE} + i32(localIndex);
         let lane = 0;
         if (unit >= uniforms.units) { return; }`,
  };
}

function loneReduction(type: string): string {
  return `
    alias Rows = ${type};
    const LANES = 1;
    fn reduceSum(own : Rows) -> Rows { return own; }
    fn reduceMax(own : Rows) -> Rows { return own; }`;
}

function sharedReduction(type: string): string {
  const reduce = (name: string, step: string): string => `
    fn ${name}(own : Rows) -> Rows {
      workgroupBarrier();
      shares[localIndex] = own;
      for (var distance = ${TOGETHER / 2}u; distance > 0u; distance = distance / 2u) {
        workgroupBarrier();
        if (localIndex < distance) {
          shares[localIndex] = ${step};
        }
      }
      workgroupBarrier();
      return shares[0];
    }`;
  const [own, other] = ['shares[localIndex]', 'shares[localIndex + distance]'];
  return `
    alias Rows = ${type};
    const LANES = ${TOGETHER};
    var<workgroup> shares : array<Rows, ${TOGETHER}>;
    ${reduce('reduceSum', `${own} + ${other}`)}
    ${reduce('reduceMax', `max(${own}, ${other})`)}`;
}
