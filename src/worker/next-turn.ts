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
        resolve();
      },
      { once: true },
    );
    port1.start();
    port2.postMessage(null);
  });
}
