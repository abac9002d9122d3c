/** Archives for tests, byte by byte, so that they can also be wrong. */
import { Buffer } from 'node:buffer';

export interface Member {
  readonly name: string;
  readonly data?: Uint8Array | string;
  /** Type flag: `0` for a file unless said otherwise. */
  readonly type?: string;
  /** What the header says instead of the truth. */
  readonly sizeField?: Uint8Array | string;
  /** POSIX's continuation of long names, before a slash. */
  readonly prefix?: string;
  /** `false` for an archive older than POSIX. */
  readonly ustar?: boolean;
}

function padded(data: Uint8Array): Buffer {
  const size = Math.ceil(data.length / 512) * 512;
  return Buffer.concat([data, Buffer.alloc(size - data.length)]);
}

/** One header and its data. */
export function member({
  name,
  data = '',
  type = '0',
  sizeField,
  prefix = '',
  ustar = true,
}: Member): Buffer {
  const body = typeof data === 'string' ? Buffer.from(data) : data;
  const header = Buffer.alloc(512);
  header.write(name, 0, 100);
  header.write('0000644\0', 100);
  const size = sizeField ?? `${body.length.toString(8).padStart(11, '0')}\0`;
  header.set(typeof size === 'string' ? Buffer.from(size) : size, 124);
  header.write('        ', 148);
  header.write(type, 156, 'latin1');
  if (ustar) {
    header.write('ustar\x0000', 257, 'latin1');
    header.write(prefix, 345, 155);
  }
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, padded(body)]);
}

/** A pax header for the member that follows it. */
export function pax(records: Readonly<Record<string, string>>, type = 'x'): Buffer {
  const data = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.byteLength(` ${key}=${value}\n`);
    // The length counts its own digits.
    let length = rest + String(rest).length;
    length = rest + String(length).length;
    return `${length} ${key}=${value}\n`;
  });
  return member({ name: 'PaxHeader', type, data: data.join('') });
}

export const trailer = Buffer.alloc(1024);

export function tarOf(members: readonly Member[]): Buffer {
  return Buffer.concat([...members.map(member), trailer]);
}
