/** Puts a listener before a function, which goes on as it was. */
export function watch(
  owner: object,
  name: string,
  hear: (self: unknown, args: readonly unknown[]) => void,
): void {
  replace(owner, name, {
    apply: (method, self, args: unknown[]) => {
      hear(self, args);
      return Reflect.apply(method, self, args);
    },
  });
}

type Callable = (...args: readonly unknown[]) => unknown;

function isCallable(value: unknown): value is Callable {
  return typeof value === 'function';
}

/** @throws TypeError if there is no such function */
export function replace(owner: object, name: string, handler: ProxyHandler<Callable>): void {
  const original: unknown = Reflect.get(owner, name);
  if (!isCallable(original)) throw new TypeError(`The browser has no ${name}.`);
  Reflect.set(owner, name, new Proxy(original, handler));
}
