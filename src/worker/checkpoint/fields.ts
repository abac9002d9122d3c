import { fail } from '../failure.ts';

/** Bounds of a number, both included. */
interface Range {
  readonly min: number;
  readonly max: number;
}

/** UTF-16 units. The largest vocabularies take a third of it; no settings come near. */
export const LARGEST_TEXT = 64 * 2 ** 20;

/**
 * A JSON object from a checkpoint, read field by field. A field that is absent or null takes its
 * initial value; one of another type or out of its range is a failure that names it.
 */
export class Fields {
  readonly #file: string;
  readonly #object: Readonly<Record<string, unknown>>;

  constructor(file: string, object: Readonly<Record<string, unknown>>) {
    this.#file = file;
    this.#object = object;
  }

  /**
   * @param file the file's name, for messages
   * @throws HeedFailure `model-invalid` if the text is not a JSON object, or larger than any is
   */
  static parse(file: string, text: string): Fields {
    if (text.length > LARGEST_TEXT) invalid(file, 'it is too large', `${text.length} characters`);
    let object: unknown;
    try {
      object = JSON.parse(text);
    } catch (error) {
      return invalid(file, 'it is no JSON', error instanceof Error ? error.message : String(error));
    }
    return isRecord(object)
      ? new Fields(file, object)
      : invalid(file, 'it is no JSON object', 'expected a JSON object at the top');
  }

  /** The field as it stands, or null where it is absent. Inherited names do not count. */
  raw(key: string): unknown {
    return Object.hasOwn(this.#object, key) ? (this.#object[key] ?? null) : null;
  }

  has(key: string): boolean {
    return this.raw(key) !== null;
  }

  number(key: string, initial: number, range: Range): number {
    const value = this.raw(key) ?? initial;
    return isWithin(value, range)
      ? value
      : this.expected(key, `a number from ${range.min} to ${range.max}`);
  }

  integer(key: string, initial: number, range: Range): number {
    const value = this.raw(key) ?? initial;
    return isWithin(value, range) && Number.isInteger(value)
      ? value
      : this.expected(key, `a whole number from ${range.min} to ${range.max}`);
  }

  boolean(key: string, initial: boolean): boolean {
    const value = this.raw(key) ?? initial;
    return typeof value === 'boolean' ? value : this.expected(key, 'true or false');
  }

  string(key: string, initial: string): string {
    const value = this.raw(key) ?? initial;
    return typeof value === 'string' ? value : this.expected(key, 'a string');
  }

  /** A list whose every item passes the check, or null where it is absent. */
  list<Item>(key: string, isItem: (item: unknown) => item is Item, what: string): Item[] | null {
    const value = this.raw(key);
    if (value === null) return null;
    return Array.isArray(value) && value.every(isItem)
      ? value
      : this.expected(key, `a list of ${what}`);
  }

  /** An object, or null where it is absent. */
  object(key: string): Fields | null {
    const value = this.raw(key);
    if (value === null) return null;
    return isRecord(value)
      ? new Fields(`${this.#file}: ${key}`, value)
      : this.expected(key, 'an object');
  }

  entries(): [string, unknown][] {
    return Object.entries(this.#object);
  }

  /** Fails, naming the file, the field, what was expected and what stood there. */
  expected(key: string, what: string): never {
    const value = shorten(JSON.stringify(this.raw(key)) ?? '');
    const reason = `${key} is ${this.has(key) ? value : 'missing'} instead of ${what}`;
    const field = `${this.#file}: ${key}`;
    return invalid(this.#file, reason, `${key}: expected ${what}, got ${value}`, field);
  }
}

export function isWithin(value: unknown, { min, max }: Range): value is number {
  return typeof value === 'number' && value >= min && value <= max;
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param reason ends the sentence that the person reads */
function invalid(file: string, reason: string, detail: string, field?: string): never {
  fail(
    'model-invalid',
    `The model’s ${file.split(':', 1)[0] ?? file} cannot be used: ${reason}.`,
    `${file}: ${detail}`,
    field,
  );
}

/** What a file says, short enough for a sentence. */
export function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
