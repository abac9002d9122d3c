/** Work goes on for so long before messages are let in: a token of a small model takes a tenth. */
const LONGEST_MS = 4;

let lastTurn = 0;

/**
 * Resolves in a later turn of the event loop, so that messages are delivered in between. A promise
 * alone does not let them in, and `setTimeout` waits four milliseconds once it is nested.
 */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener(
      'message',
      () => {
        port1.close();
        lastTurn = performance.now();
        resolve();
      },
      { once: true },
    );
    port1.start();
    port2.postMessage(null);
  });
}

/** The same, unless messages were let in a moment ago: for loops whose rounds may be short. */
export async function nextTurnIfDue(): Promise<void> {
  if (performance.now() - lastTurn >= LONGEST_MS) await nextTurn();
}
