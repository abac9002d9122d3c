/**
 * A canvas context for tests: it draws nothing and remembers every call and every property set.
 */
export interface Recording {
  readonly context: CanvasRenderingContext2D;
  readonly calls: readonly { readonly name: string; readonly args: readonly unknown[] }[];
}

export function recordingContext(): Recording {
  const calls: { name: string; args: unknown[] }[] = [];
  const properties = new Map<PropertyKey, unknown>();
  const target = {};
  const proxy: unknown = new Proxy(target, {
    get(_target, name) {
      if (properties.has(name)) return properties.get(name);
      return (...args: unknown[]) => {
        calls.push({ name: String(name), args });
        if (name === 'measureText') return { width: String(args[0]).length * 6 };
        return undefined;
      };
    },
    set(_target, name, value) {
      properties.set(name, value);
      calls.push({ name: `set ${String(name)}`, args: [value] });
      return true;
    },
  });
  // A test double: every member is answered by the proxy.
  return { context: proxy as CanvasRenderingContext2D, calls };
}
