/** Work goes on for so long before messages are let in, which takes as much as a tenth of a millisecond. */
const LONGEST_MS = 8;

let lastTurn = 0;
/**
 * Made once: to open and close one takes longer than the turn. Two in turns, since Node hands over what
 * is sent to a port while it hands over the port's messages, and lets nothing else in.
 */
let channels: readonly [MessageChannel, MessageChannel] | null = null;
let turn: 0 | 1 = 0;

/**
 * Resolves in a later turn of the event loop, so that messages are delivered in between. A promise
 * alone does not let them in, and `setTimeout` waits four milliseconds once it is nested.
 */
export function nextTurn(): Promise<void> {
  channels ??= [openChannel(), openChannel()];
  turn = turn === 0 ? 1 : 0;
  const { port1, port2 } = channels[turn];
  return new Promise((resolve) => {
    // In Node a port without listeners lets the process end.
    port1.addEventListener(
      'message',
      () => {
        lastTurn = performance.now();
        resolve();
      },
      { once: true },
    );
    port2.postMessage(null);
  });
}

function openChannel(): MessageChannel {
  const channel = new MessageChannel();
  channel.port1.start();
  return channel;
}

/** The same, unless messages were let in a moment ago: for loops whose rounds may be short. */
export async function nextTurnIfDue(): Promise<void> {
  if (performance.now() - lastTurn >= LONGEST_MS) await nextTurn();
}
