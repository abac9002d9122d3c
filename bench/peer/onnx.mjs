// Writes ONNX models (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto), as far as the
// benchmark needs: float32 and int64 tensors, and graphs without branches.

/** Protocol buffers' wire types. */
const varintType = 0;
const bytesType = 2;
const fixed32Type = 5;

/** `TensorProto.DataType` */
const dataTypes = { float32: 1, int64: 7 };
/** `AttributeProto.AttributeType` */
const attributeTypes = { float: 1, int: 2, ints: 7 };

/** @param {number | bigint} value not below 0 */
function varint(value) {
  const bytes = [];
  let rest = BigInt(value);
  do {
    const low = Number(rest & 127n);
    rest >>= 7n;
    bytes.push(rest === 0n ? low : low | 128);
  } while (rest !== 0n);
  return Buffer.from(bytes);
}

/**
 * @param {number} field
 * @param {number | bigint} value negative ones become ten bytes, as the format says
 */
function integer(field, value) {
  return Buffer.concat([varint(field * 8 + varintType), varint(BigInt.asUintN(64, BigInt(value)))]);
}

/**
 * @param {number} field
 * @param {Uint8Array | string | readonly Uint8Array[]} value bytes, text, or the parts of a message
 */
function bytes(field, value) {
  const content =
    typeof value === 'string'
      ? Buffer.from(value, 'utf8')
      : value instanceof Uint8Array
        ? value
        : Buffer.concat(value);
  return Buffer.concat([varint(field * 8 + bytesType), varint(content.length), content]);
}

/**
 * @param {number} field
 * @param {number} value
 */
function float(field, value) {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([varint(field * 8 + fixed32Type), content]);
}

/**
 * @param {string} name
 * @param {readonly number[] | number} value
 */
function intAttribute(name, value) {
  return typeof value === 'number'
    ? [bytes(1, name), integer(3, value), integer(20, attributeTypes.int)]
    : [bytes(1, name), ...value.map((item) => integer(8, item)), integer(20, attributeTypes.ints)];
}

/**
 * Sizes; one that differs from run to run has a name.
 * @typedef {readonly (number | string)[]} Shape
 */

/**
 * @typedef {object} GraphOptions
 * @property {string} name
 * @property {number} opset
 */

/** A graph in the making: each call adds a node and gives back the name of its output. */
export class OnnxGraph {
  #name;
  #opset;
  /** @type {Buffer[]} */
  #nodes = [];
  /** @type {Buffer[]} */
  #initializers = [];
  /** @type {Buffer[]} */
  #inputs = [];
  /** @type {Buffer[]} */
  #outputs = [];
  #count = 0;

  /** @param {GraphOptions} options */
  constructor({ name, opset }) {
    this.#name = name;
    this.#opset = opset;
  }

  /**
   * @param {string} name
   * @param {Shape} shape
   */
  input(name, shape) {
    this.#inputs.push(bytes(11, valueInfo(name, shape)));
    return name;
  }

  /**
   * Gives a value a name and makes it an output.
   * @param {string} value
   * @param {string} name
   * @param {Shape} shape
   */
  output(value, name, shape) {
    this.node('Identity', [value], {}, name);
    this.#outputs.push(bytes(12, valueInfo(name, shape)));
  }

  /**
   * @param {readonly number[]} shape
   * @param {Float32Array | readonly number[]} values numbers become int64
   */
  constant(shape, values) {
    const name = `constant_${(this.#count += 1)}`;
    const isFloat = values instanceof Float32Array;
    const raw = isFloat
      ? new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
      : new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
    this.#initializers.push(
      bytes(5, [
        ...shape.map((size) => integer(1, size)),
        integer(2, isFloat ? dataTypes.float32 : dataTypes.int64),
        bytes(8, name),
        bytes(9, raw),
      ]),
    );
    return name;
  }

  /**
   * @param {string} type
   * @param {readonly string[]} inputs
   * @param {Readonly<Record<string, number | readonly number[] | { readonly float: number }>>} attributes
   * @param {string} output
   */
  node(type, inputs, attributes = {}, output = `value_${(this.#count += 1)}`) {
    const parts = Object.entries(attributes).map(([name, value]) =>
      bytes(
        5,
        typeof value === 'object' && 'float' in value
          ? [bytes(1, name), float(2, value.float), integer(20, attributeTypes.float)]
          : intAttribute(name, value),
      ),
    );
    this.#nodes.push(
      bytes(1, [
        ...inputs.map((input) => bytes(1, input)),
        bytes(2, output),
        bytes(3, `node_${output}`),
        bytes(4, type),
        ...parts,
      ]),
    );
    return output;
  }

  /** The file. */
  encode() {
    const graph = [
      ...this.#nodes,
      bytes(2, this.#name),
      ...this.#initializers,
      ...this.#inputs,
      ...this.#outputs,
    ];
    const irVersion = 10;
    return Buffer.concat([
      integer(1, irVersion),
      bytes(2, 'heed-bench'),
      bytes(7, graph),
      bytes(8, [bytes(1, ''), integer(2, this.#opset)]),
    ]);
  }
}

/**
 * @param {string} name
 * @param {Shape} shape
 */
function valueInfo(name, shape) {
  const dimensions = shape.map((size) =>
    bytes(1, typeof size === 'number' ? [integer(1, size)] : [bytes(2, size)]),
  );
  const tensorType = [integer(1, dataTypes.float32), bytes(2, dimensions)];
  return [bytes(1, name), bytes(2, [bytes(1, tensorType)])];
}
