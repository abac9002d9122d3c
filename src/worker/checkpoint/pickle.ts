/**
 * A restricted unpickler (the pickle format of Python, protocols 2 to 5). It knows numbers, texts,
 * lists, tuples, dicts, and the few functions it is given; every other opcode and every other global
 * is refused by name. Nothing in a file is ever executed.
 */
import { fail } from '../failure.ts';
import { damaged, PickleBytes } from './pickle-bytes.ts';

const LARGEST_PICKLE = 256 * 2 ** 20;
const LARGEST_STACK = 2 ** 20;
const LARGEST_MEMO = 2 ** 22;
const LARGEST_INTEGER_BYTES = 64;

/** A function that a pickle may call. */
export class PickleFunction {
  readonly name: string;
  readonly call: (args: readonly unknown[]) => unknown;

  constructor(name: string, call: (args: readonly unknown[]) => unknown) {
    this.name = name;
    this.call = call;
  }
}

/** A dict, or an `OrderedDict`. Keys are texts and numbers. */
export class PickleDict {
  readonly entries = new Map<unknown, unknown>();
}

export interface PickleRules {
  /** What a global stands for, or undefined to refuse it. */
  readonly global: (name: string) => unknown;
  /** What a persistent id stands for. */
  readonly persistent: (id: unknown) => unknown;
}

/**
 * Reads one pickle.
 * @param start where it begins
 * @returns its value, and where the next byte after it stands
 * @throws HeedFailure `weights-invalid` if it is damaged, or wants what no tensor needs
 */
export function unpickle(
  bytes: Uint8Array,
  rules: PickleRules,
  start = 0,
): { value: unknown; end: number } {
  const machine = new Unpickler(bytes, rules, start);
  return { value: machine.run(), end: machine.end };
}

class Unpickler {
  readonly #bytes: PickleBytes;
  readonly #rules: PickleRules;
  readonly #start: number;
  readonly #memo = new Map<number, unknown>();
  /** The stacks that marks have put aside. */
  readonly #marked: unknown[][] = [];
  #stack: unknown[] = [];
  #depth = 0;

  constructor(bytes: Uint8Array, rules: PickleRules, start: number) {
    this.#bytes = new PickleBytes(bytes, start);
    this.#rules = rules;
    this.#start = start;
  }

  get end(): number {
    return this.#bytes.position;
  }

  run(): unknown {
    for (;;) {
      const at = this.#bytes.position;
      if (at - this.#start > LARGEST_PICKLE) damaged(`longer than ${LARGEST_PICKLE} bytes`);
      const opcode = this.#bytes.uint8();
      if (opcode === 0x2e) return this.#pop(); // STOP
      if (!(this.#constant(opcode) || this.#collect(opcode) || this.#refer(opcode))) {
        const code = `0x${opcode.toString(16).padStart(2, '0')}`;
        refuse(`the opcode ${OPCODE_NAMES.get(opcode) ?? code}`, `opcode ${code} at byte ${at}`);
      }
    }
  }

  /** Opcodes that push a number, a text or an empty container. */
  #constant(opcode: number): boolean {
    const bytes = this.#bytes;
    switch (opcode) {
      case 0x80: // PROTO
        return this.#checkProtocol(bytes.uint8());
      case 0x95: // FRAME
        bytes.uint64();
        return true;
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4a: // BININT
        return this.#push(bytes.int32());
      case 0x4b: // BININT1
        return this.#push(bytes.uint8());
      case 0x4d: // BININT2
        return this.#push(bytes.uint16());
      case 0x8a: // LONG1
        return this.#pushInteger(bytes.uint8());
      case 0x8b: // LONG4
        return this.#pushInteger(bytes.uint32());
      case 0x47: // BINFLOAT
        return this.#push(bytes.float64());
      case 0x55: // SHORT_BINSTRING
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(bytes.text(bytes.uint8()));
      case 0x54: // BINSTRING
      case 0x58: // BINUNICODE
        return this.#push(bytes.text(bytes.uint32()));
      case 0x8d: // BINUNICODE8
        return this.#push(bytes.text(bytes.uint64()));
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return this.#push([]);
      case 0x7d: // EMPTY_DICT
        return this.#push(new PickleDict());
      default:
        return false;
    }
  }

  /** Opcodes that gather what is on the stack. */
  #collect(opcode: number): boolean {
    switch (opcode) {
      case 0x28: // MARK
        this.#marked.push(this.#stack);
        this.#stack = [];
        return this.#count();
      case 0x74: // TUPLE
        return this.#push(this.#popMarked());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(this.#popMany(opcode - 0x84));
      case 0x61: // APPEND
        return this.#append([this.#pop()]);
      case 0x65: // APPENDS
        return this.#append(this.#popMarked());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popMarked());
      default:
        return false;
    }
  }

  /** Opcodes that name something: in the memo, in a module, outside the pickle. */
  #refer(opcode: number): boolean {
    const bytes = this.#bytes;
    switch (opcode) {
      case 0x71: // BINPUT
        return this.#remember(bytes.uint8());
      case 0x72: // LONG_BINPUT
        return this.#remember(bytes.uint32());
      case 0x94: // MEMOIZE
        return this.#remember(this.#memo.size);
      case 0x68: // BINGET
        return this.#recall(bytes.uint8());
      case 0x6a: // LONG_BINGET
        return this.#recall(bytes.uint32());
      case 0x63: // GLOBAL
        return this.#pushGlobal(bytes.line(), bytes.line());
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#pushGlobal(module, name);
      }
      case 0x51: // BINPERSID
        return this.#push(this.#rules.persistent(this.#pop()));
      case 0x52: // REDUCE
        return this.#call();
      case 0x62: // BUILD
        return this.#build();
      default:
        return false;
    }
  }

  #checkProtocol(protocol: number): true {
    if (protocol < 2 || protocol > 5) refuse(`pickle protocol ${protocol}`, '2 to 5 are read');
    return true;
  }

  #push(value: unknown): true {
    this.#stack.push(value);
    return this.#count();
  }

  /** Counts what lies on all stacks: a pickle may not pile up without end. */
  #count(): true {
    this.#depth += 1;
    if (this.#depth > LARGEST_STACK) damaged(`more than ${LARGEST_STACK} values on the stack`);
    return true;
  }

  #pushInteger(length: number): true {
    if (length > LARGEST_INTEGER_BYTES) damaged(`a whole number of ${length} bytes`);
    return this.#push(length === 0 ? 0 : this.#bytes.integer(length));
  }

  #pop(): unknown {
    if (this.#stack.length === 0) damaged('the stack is empty');
    this.#depth -= 1;
    return this.#stack.pop();
  }

  #popMany(count: number): unknown[] {
    if (this.#stack.length < count) damaged('the stack is empty');
    this.#depth -= count;
    return this.#stack.splice(-count);
  }

  #popMarked(): unknown[] {
    const values = this.#stack;
    this.#stack = this.#marked.pop() ?? damaged('there is no mark');
    this.#depth -= values.length + 1;
    return values;
  }

  #top(): unknown {
    if (this.#stack.length === 0) damaged('the stack is empty');
    return this.#stack.at(-1);
  }

  #append(values: readonly unknown[]): true {
    const list = this.#top();
    if (!Array.isArray(list)) return damaged('appends to what is no list');
    for (const value of values) list.push(value);
    return true;
  }

  #setItems(pairs: readonly unknown[]): true {
    const dict = this.#top();
    if (!(dict instanceof PickleDict)) return damaged('sets an item of what is no dict');
    if (pairs.length % 2 !== 0) return damaged('a key without a value');
    for (let index = 0; index < pairs.length; index += 2) {
      dict.entries.set(pairs[index], pairs[index + 1]);
    }
    return true;
  }

  #remember(index: number): true {
    if (this.#memo.size >= LARGEST_MEMO) damaged(`more than ${LARGEST_MEMO} values in the memo`);
    this.#memo.set(index, this.#top());
    return true;
  }

  #recall(index: number): true {
    if (!this.#memo.has(index)) damaged(`nothing at ${index} of the memo`);
    return this.#push(this.#memo.get(index));
  }

  #pushGlobal(module: unknown, name: unknown): true {
    if (typeof module !== 'string' || typeof name !== 'string') {
      return damaged('a global without a name');
    }
    const known = this.#rules.global(`${module}.${name}`);
    if (known === undefined) refuse(`“${shorten(`${module}.${name}`)}”`, 'global');
    return this.#push(known);
  }

  #call(): true {
    const [target, args] = this.#popMany(2);
    if (!(target instanceof PickleFunction)) return refuse('to call what is no function', 'REDUCE');
    if (!Array.isArray(args)) return damaged(`${target.name}: arguments that are no tuple`);
    return this.#push(target.call(args));
  }

  /** State for an object. A dict keeps its own, such as the versions in a state_dict's metadata. */
  #build(): true {
    this.#pop();
    if (!(this.#top() instanceof PickleDict)) refuse('to set the state of an object', 'BUILD');
    return true;
  }
}

/** Opcodes that other pickles have, so that a refusal can name them. */
const OPCODE_NAMES: ReadonlyMap<number, string> = new Map([
  [0x81, 'NEWOBJ'],
  [0x92, 'NEWOBJ_EX'],
  [0x69, 'INST'],
  [0x6f, 'OBJ'],
  [0x50, 'PERSID'],
  [0x82, 'EXT1'],
  [0x83, 'EXT2'],
  [0x84, 'EXT4'],
  [0x30, 'POP'],
  [0x31, 'POP_MARK'],
  [0x32, 'DUP'],
  [0x42, 'BINBYTES'],
  [0x43, 'SHORT_BINBYTES'],
  [0x8e, 'BINBYTES8'],
  [0x96, 'BYTEARRAY8'],
  [0x97, 'NEXT_BUFFER'],
  [0x98, 'READONLY_BUFFER'],
  [0x8f, 'EMPTY_SET'],
  [0x90, 'ADDITEMS'],
  [0x91, 'FROZENSET'],
]);

function refuse(what: string, detail: string): never {
  fail(
    'weights-invalid',
    `The weights file asks for ${what}, which no tensor needs; the file is refused.`,
    `pickle: ${detail}`,
  );
}

function shorten(name: string): string {
  return name.length > 80 ? `${name.slice(0, 80)}…` : name;
}
