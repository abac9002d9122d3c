import { describe, expect, it } from 'vitest';
import { nextTurn, nextTurnIfDue } from './next-turn.ts';

describe('the next turn', () => {
  it('lets messages in, each time', async () => {
    const { port1, port2 } = new MessageChannel();
    const heard: unknown[] = [];
    port1.addEventListener('message', ({ data }) => heard.push(data));
    port1.start();
    for (const message of ['first', 'second']) {
      port2.postMessage(message);
      await Promise.resolve();
      expect(heard).not.toContain(message);
      // Node may deliver what two ports received within one turn in either order.
      for (let turn = 0; turn < 2; turn += 1) await nextTurn();
      expect(heard).toContain(message);
    }
    port1.close();
  });

  it('comes for everybody who waits', async () => {
    await expect(Promise.all([nextTurn(), nextTurn(), nextTurn()])).resolves.toHaveLength(3);
    await expect(nextTurn()).resolves.toBeUndefined();
  });

  it('is not waited for a moment after the last', async () => {
    const { port1, port2 } = new MessageChannel();
    let isHeard = false;
    port1.addEventListener('message', () => {
      isHeard = true;
    });
    port1.start();
    await nextTurn();
    port2.postMessage(null);
    await nextTurnIfDue();
    expect(isHeard).toBe(false);
    port1.close();
  });
});
