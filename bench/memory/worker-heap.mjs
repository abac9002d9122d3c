// The JavaScript heap of a page's worker, asked over the debugger's protocol: a page's own does not
// hold it, and collecting the one leaves the other as it is.

/**
 * @typedef {object} HeapUsage
 * @property {number} usedBytes objects, what has not been collected yet among them
 * @property {number} bufferBytes array buffers; of WebAssembly's memory none
 */

/**
 * @typedef {object} WorkerHeap
 * @property {() => Promise<void>} collect
 * @property {() => Promise<HeapUsage>} usage
 */

/**
 * @typedef {object} Answer of the debugger
 * @property {number} id of the question
 * @property {unknown} [result]
 * @property {{ message: string }} [error]
 */

/** Longer than any task of the worker: a question is answered after it. */
const patienceMs = 60_000;

/**
 * @param {import('@playwright/test').Page} page
 * @param {string} name of the worker, which the page has made
 * @returns {Promise<WorkerHeap>} until the page is closed
 * @throws Error if there is no such worker
 */
export async function openWorkerHeap(page, name) {
  const session = await page.context().newCDPSession(page);
  /** @type {string | undefined} */
  let worker;
  /** @type {Map<number, (answer: Answer) => void>} */
  const waiting = new Map();
  session.on('Target.attachedToTarget', ({ sessionId, targetInfo }) => {
    if (targetInfo.type === 'worker' && targetInfo.title === name) worker = sessionId;
  });
  session.on('Target.receivedMessageFromTarget', ({ message }) => {
    /** @type {Answer} */
    const answer = JSON.parse(message);
    waiting.get(answer.id)?.(answer);
  });
  // Answered when those that are there have been told of.
  await session.send('Target.setAutoAttach', {
    autoAttach: true,
    waitForDebuggerOnStart: false,
    flatten: false,
  });
  if (worker === undefined) throw new Error(`The page has no worker ${name}.`);
  const sessionId = worker;
  let count = 0;

  /** @param {string} method @returns {Promise<unknown>} */
  const ask = async (method) => {
    const id = (count += 1);
    /** @type {Promise<Answer>} */
    const answer = new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`${method}: the worker does not answer.`)),
        patienceMs,
      );
      waiting.set(id, (value) => {
        clearTimeout(timer);
        waiting.delete(id);
        resolve(value);
      });
    });
    const message = JSON.stringify({ id, method, params: {} });
    await session.send('Target.sendMessageToTarget', { sessionId, message });
    const { result, error } = await answer;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  };

  return {
    collect: async () => {
      await ask('HeapProfiler.collectGarbage');
    },
    usage: async () => {
      const usage = await ask('Runtime.getHeapUsage');
      return {
        usedBytes: bytesOf(usage, 'usedSize'),
        bufferBytes: bytesOf(usage, 'backingStorageSize'),
      };
    },
  };
}

/** @param {unknown} usage @param {string} name */
function bytesOf(usage, name) {
  const bytes = typeof usage === 'object' && usage !== null ? Reflect.get(usage, name) : null;
  if (typeof bytes !== 'number') throw new Error(`The browser does not tell ${name} of a heap.`);
  return bytes;
}
