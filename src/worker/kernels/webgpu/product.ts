/**
 * Products of matrices that lie anywhere in their buffers: c[batch] = a[batch] · b[batch], each row of
 * a without gaps. What a layer adds (bias, residual, activation) is done on the way out.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core';

import { geluFunction } from './gelu.ts';
import { type KernelContext, type Program, fitsDispatch, repeat, runProgram } from './program.ts';

/** Where matrices lie in a buffer, counted in numbers. */
export interface Place {
  readonly tensor: TensorInfo;
  readonly start: number;
  readonly rowStride: number;
  readonly batchStride: number;
}

export interface Product {
  readonly batch: number;
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** [rows, inner] */
  readonly a: Place;
  /** [inner, columns] */
  readonly b: Place & {
    /** How far apart a row's numbers are: 1, unless b stands transposed in its buffer. */
    readonly columnStride: number;
  };
  readonly shape: number[];
  /** Of the result, which begins at the first number. */
  readonly rowStride: number;
  readonly batchStride: number;
  /** [columns] */
  readonly bias: TensorInfo | null;
  /** As the result. */
  readonly added: TensorInfo | null;
  readonly activation: 'linear' | 'relu' | 'gelu';
}

/** Null for more workgroups than every adapter takes. */
export function multiply(
  { backend, teamwork }: KernelContext,
  product: Product,
): TensorInfo | null {
  const { batch, rows, inner, columns, a, b, bias, added, activation } = product;
  const wideA = inner % 4 === 0 && isWide(a);
  const wideB = columns % 4 === 0 && isWide(b) && b.columnStride === 1;
  const wideC = columns % 4 === 0 && product.rowStride % 4 === 0 && product.batchStride % 4 === 0;
  const form = chooseForm(teamwork, product);
  const workgroups = [
    Math.ceil(columns / form.columns),
    Math.ceil(rows / form.rows),
    batch,
  ] as const;
  if (!fitsDispatch(workgroups)) return null;
  const biasOption = bias !== null && (columns % 4 === 0 ? 'wide' : 'narrow');
  const options = [teamwork, form.name, wideA, wideB, wideC, biasOption, added !== null];
  const inputs: { name: string; tensor: TensorInfo; wide: boolean }[] = [
    { name: 'a', tensor: a.tensor, wide: wideA },
    { name: 'b', tensor: b.tensor, wide: wideB },
  ];
  if (bias !== null) inputs.push({ name: 'bias', tensor: bias, wide: columns % 4 === 0 });
  if (added !== null) inputs.push({ name: 'added', tensor: added, wide: wideC });
  return runProgram(backend, {
    name: `heedProduct ${options.join(' ')} ${activation}`,
    inputs,
    output: { shape: product.shape, wide: wideC },
    integers: {
      rows,
      inner,
      columns,
      aStart: a.start,
      aRow: a.rowStride,
      aBatch: a.batchStride,
      bStart: b.start,
      bRow: b.rowStride,
      bColumn: b.columnStride,
      bBatch: b.batchStride,
      cRow: product.rowStride,
      cBatch: product.batchStride,
    },
    workgroupSize: form.workgroupSize,
    workgroups,
    code: `
      ${activation === 'gelu' ? geluFunction('vec4<f32>') : ''}
      ${readA(wideA)}
      ${readB(wideB)}
      ${writeC(wideC, product)}
      ${form.code}`,
  });
}

/** How an output is cut into pieces, and the WGSL that computes one. */
interface Form extends Pick<Program, 'name' | 'workgroupSize' | 'code'> {
  /** That a workgroup computes. */
  readonly rows: number;
  readonly columns: number;
}

function chooseForm(teamwork: KernelContext['teamwork'], { rows, inner, columns }: Product): Form {
  if (teamwork === 'together') return rows <= SLICED_ROWS ? slicedForm(rows) : stagedForm();
  // As many rows for each invocation as there are, up to what fits registers.
  const own = rows >= 5 ? 8 : rows >= 3 ? 4 : rows;
  return loneForm(own, columns > 4 ? 2 : 1, inner % 4 !== 0);
}

function isWide({ start, rowStride, batchStride }: Place): boolean {
  return start % 4 === 0 && rowStride % 4 === 0 && batchStride % 4 === 0;
}

/** `readA(origin, inner)`: four numbers of a row that begins at `origin`; zeros past its end. */
function readA(wide: boolean): string {
  if (wide) {
    return `
      fn readA(origin : i32, inner : i32) -> vec4<f32> {
        if (inner >= uniforms.inner) { return vec4<f32>(0.0); }
        return a[(origin + inner) / 4];
      }
      fn readInnerA(origin : i32, inner : i32) -> vec4<f32> { return a[(origin + inner) / 4]; }`;
  }
  return `
      fn readOneA(origin : i32, inner : i32) -> f32 {
        if (inner >= uniforms.inner) { return 0.0; }
        return a[origin + inner];
      }
      fn readA(origin : i32, inner : i32) -> vec4<f32> {
        return vec4<f32>(readOneA(origin, inner), readOneA(origin, inner + 1),
                         readOneA(origin, inner + 2), readOneA(origin, inner + 3));
      }
      fn readInnerA(origin : i32, inner : i32) -> vec4<f32> {
        let at = origin + inner;
        return vec4<f32>(a[at], a[at + 1], a[at + 2], a[at + 3]);
      }`;
}

/**
 * `readB(origin, inner, column)`: four numbers of a row of b; zeros past the last row. Past the last
 * column come numbers that are never written.
 */
function readB(wide: boolean): string {
  const read = wide
    ? 'return b[at / 4];'
    : `let step = uniforms.bColumn;
        return vec4<f32>(b[at], b[at + step], b[at + 2 * step], b[at + 3 * step]);`;
  return `
      fn readInnerB(origin : i32, inner : i32, column : i32) -> vec4<f32> {
        let at = origin + inner * uniforms.bRow + column${wide ? '' : ' * uniforms.bColumn'};
        ${read}
      }
      fn readB(origin : i32, inner : i32, column : i32) -> vec4<f32> {
        if (inner >= uniforms.inner) { return vec4<f32>(0.0); }
        return readInnerB(origin, inner, column);
      }`;
}

/** `writeC(origin, row, column, sum)`: four sums of a row to their place, with all that is added. */
function writeC(
  wideC: boolean,
  { columns, bias, added, activation }: Pick<Product, 'columns' | 'bias' | 'added' | 'activation'>,
): string {
  const biasAt =
    columns % 4 === 0
      ? 'bias[column / 4]'
      : 'vec4<f32>(bias[column], bias[column + 1], bias[column + 2], bias[column + 3])';
  const addedAt = wideC
    ? 'added[at / 4]'
    : 'vec4<f32>(added[at], added[at + 1], added[at + 2], added[at + 3])';
  const active = { linear: 'value', relu: 'max(value, vec4<f32>(0.0))', gelu: 'gelu(value)' };
  const write = wideC
    ? 'result[at / 4] = value;'
    : repeat(
        4,
        (part) => `if (column + ${part} < uniforms.columns) {
          result[at + ${part}] = value[${part}];
        }`,
      );
  return `
      fn writeC(origin : i32, row : i32, column : i32, sum : vec4<f32>) {
        if (row >= uniforms.rows || column >= uniforms.columns) { return; }
        let at = origin + row * uniforms.cRow + column;
        var value = sum;
        ${bias === null ? '' : `value = value + ${biasAt};`}
        ${added === null ? '' : `value = value + ${addedAt};`}
        value = ${active[activation]};
        ${write}
      }`;
}

const STARTS = `
        let fromA = uniforms.aStart + batch * uniforms.aBatch;
        let fromB = uniforms.bStart + batch * uniforms.bBatch;
        let fromC = batch * uniforms.cBatch;`;

/** One step of four along the inner side for rows of a (`left0` …) and columns of b (`right0_0` …). */
function accumulate(rows: number, quads: number): string {
  return repeat(rows, (row) =>
    repeat(quads, (quad) => {
      const terms = ['x', 'y', 'z', 'w'].map(
        (part, step) => `left${row}.${part} * right${step}_${quad}`,
      );
      return `sum${row}_${quad} = sum${row}_${quad} + ${terms.join(' + ')};`;
    }),
  );
}

/**
 * Each invocation computes its rows and quads of columns from registers: few reads for each product,
 * no barrier.
 */
function loneForm(rows: number, quads: number, hasTail: boolean): Form {
  const sums = Array.from(
    { length: rows * quads },
    (_, at) => `sum${Math.floor(at / quads)}_${at % quads}`,
  );
  const across = 4;
  const down = rows === 8 ? 4 : 1;
  const fourfold = `
          ${repeat(4, (part) =>
            repeat(
              quads,
              (quad) =>
                `let right${part}_${quad} = readInnerB(fromB, inner + ${part}, column + ${4 * quad});`,
            ),
          )}
          ${repeat(rows, (row) => `let left${row} = readInnerA(row${row}, inner);`)}
          ${accumulate(rows, quads)}`;
  const single = `
          ${repeat(quads, (quad) => `let right${quad} = readInnerB(fromB, inner, column + ${4 * quad});`)}
          ${repeat(
            rows,
            (row) => `let left${row} = a[row${row} + inner];
          ${repeat(quads, (quad) => `sum${row}_${quad} = sum${row}_${quad} + left${row} * right${quad};`)}`,
          )}`;
  return {
    name: `alone ${rows} ${quads} ${hasTail}`,
    rows: rows * down,
    columns: 4 * quads * across,
    workgroupSize: [across, down, 1],
    code: `
      fn main() {
        let column = i32(globalId.x) * ${4 * quads};
        let row = i32(globalId.y) * ${rows};
        let batch = i32(globalId.z);
        if (row >= uniforms.rows || column >= uniforms.columns) { return; }
        ${STARTS}
        ${repeat(
          rows,
          (at) =>
            `let row${at} = fromA + min(row + ${at}, uniforms.rows - 1) * uniforms.aRow;
             ${repeat(quads, (quad) => `var sum${at}_${quad} = vec4<f32>(0.0);`)}`,
        )}
        let whole = uniforms.inner - uniforms.inner % 4;
        for (var inner = 0; inner < whole; inner = inner + 4) {${fourfold}}
        ${hasTail ? `for (var inner = whole; inner < uniforms.inner; inner = inner + 1) {${single}}` : ''}
        var sums = array<vec4<f32>, ${rows * quads}>(${sums.join(', ')});
        // Not written out: activations are long, and shaders must be compiled.
        for (var at = 0; at < ${rows * quads}; at = at + 1) {
          writeC(fromC, row + at / ${quads}, column + (at % ${quads}) * 4, sums[at]);
        }
      }`,
  };
}

/** Of a staged piece: rows and columns, and how far along the inner side at once. */
const TILE = 32;

/** A workgroup stages 32 × 32 of each factor; its 8 × 8 invocations compute 4 × 4 sums each. */
function stagedForm(): Form {
  return {
    name: 'staged',
    rows: TILE,
    columns: TILE,
    workgroupSize: [8, 8, 1],
    code: `
      var<workgroup> tileA : array<vec4<f32>, ${TILE * 8}>;
      var<workgroup> tileB : array<vec4<f32>, ${TILE * 8}>;
      fn main() {
        let x = i32(localId.x);
        let y = i32(localId.y);
        let top = i32(workgroupId.y) * ${TILE};
        let left = i32(workgroupId.x) * ${TILE};
        let batch = i32(workgroupId.z);
        ${STARTS}
        ${repeat(4, (row) => `var sum${row}_0 = vec4<f32>(0.0);`)}
        for (var inner = 0; inner < uniforms.inner; inner = inner + ${TILE}) {
          ${repeat(
            4,
            (part) => `{
            let line = y + ${8 * part};
            let row = min(top + line, uniforms.rows - 1);
            tileA[line * 8 + x] = readA(fromA + row * uniforms.aRow, inner + 4 * x);
            tileB[line * 8 + x] = readB(fromB, inner + line, left + 4 * x);
          }`,
          )}
          workgroupBarrier();
          for (var quad = 0; quad < 8; quad = quad + 1) {
            ${repeat(4, (row) => `let left${row} = tileA[(y * 4 + ${row}) * 8 + quad];`)}
            ${repeat(4, (part) => `let right${part}_0 = tileB[(quad * 4 + ${part}) * 8 + x];`)}
            ${accumulate(4, 1)}
          }
          workgroupBarrier();
        }
        ${repeat(4, (row) => `writeC(fromC, top + y * 4 + ${row}, left + 4 * x, sum${row}_0);`)}
      }`,
  };
}

/** Up to so many rows the inner side is cut into slices: there are too few sums to be busy with. */
const SLICED_ROWS = 4;
const SLICES = 8;

/** 32 columns of a few rows by a workgroup: 8 invocations side by side, 8 slices of the inner side. */
function slicedForm(rows: number): Form {
  return {
    name: `sliced ${rows}`,
    rows,
    columns: TILE,
    workgroupSize: [8, SLICES, 1],
    code: `
      var<workgroup> slices : array<vec4<f32>, ${8 * SLICES * rows}>;
      fn main() {
        let x = i32(localId.x);
        let slice = i32(localId.y);
        let column = i32(workgroupId.x) * ${TILE} + 4 * x;
        let batch = i32(workgroupId.z);
        ${STARTS}
        ${repeat(rows, (row) => `var sum${row}_0 = vec4<f32>(0.0);`)}
        for (var inner = 4 * slice; inner < uniforms.inner; inner = inner + ${4 * SLICES}) {
          ${repeat(rows, (row) => `let left${row} = readA(fromA + ${row} * uniforms.aRow, inner);`)}
          ${repeat(4, (part) => `let right${part}_0 = readB(fromB, inner + ${part}, column);`)}
          ${accumulate(rows, 1)}
        }
        ${repeat(rows, (row) => `slices[(${row} * ${SLICES} + slice) * 8 + x] = sum${row}_0;`)}
        workgroupBarrier();
        if (slice < ${rows}) {
          var sum = slices[slice * ${SLICES * 8} + x];
          for (var other = 1; other < ${SLICES}; other = other + 1) {
            sum = sum + slices[(slice * ${SLICES} + other) * 8 + x];
          }
          writeC(fromC, slice, column, sum);
        }
      }`,
  };
}
