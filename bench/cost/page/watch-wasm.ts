import { replace } from './watch.ts';

/**
 * Notes every linear memory that is made from here on: by a script, or by a module that exports its
 * own. Threads are given the memory of who starts them.
 * @returns bytes of all of them
 */
export function watchWasm(): () => number {
  const memories = new Set<WebAssembly.Memory>();
  const take = (value: unknown): void => {
    if (value instanceof WebAssembly.Memory) memories.add(value);
  };
  const look = (made: unknown): void => {
    const instance: unknown =
      typeof made === 'object' && made !== null && 'instance' in made ? made.instance : made;
    if (instance instanceof WebAssembly.Instance) Object.values(instance.exports).forEach(take);
  };
  replace(WebAssembly, 'Memory', {
    construct: (Memory, args: unknown[]) => {
      const memory: object = Reflect.construct(Memory, args);
      take(memory);
      return memory;
    },
  });
  replace(WebAssembly, 'Instance', {
    construct: (Instance, args: unknown[]) => {
      const instance: object = Reflect.construct(Instance, args);
      look(instance);
      return instance;
    },
  });
  for (const name of ['instantiate', 'instantiateStreaming'])
    replace(WebAssembly, name, {
      apply: async (instantiate, self, args: unknown[]) => {
        const made: unknown = await Reflect.apply(instantiate, self, args);
        look(made);
        return made;
      },
    });
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
