// Watches the page from inside: what is painted when, and what blocks the main thread.

/**
 * Installs `globalThis.probe`. It runs in the page before the page's own scripts and must stand
 * alone: nothing outside the function exists there.
 */
export function installProbe() {
  const quietMs = 80;
  const patienceMs = 60_000;

  /** @typedef {{ view: string, drawnAt: number, paintedAt: number | null }} Drawing */
  /** The last drawing of each canvas since the event. @type {Map<HTMLCanvasElement, Drawing>} */
  let drawings = new Map();
  /** Null while the event is waited for. @type {number | null} */
  let startedAt = 0;
  /** @type {string | null} */
  let expectedType = null;
  let lastPaintAt = 0;
  /** Drawn, but not yet painted. @type {Drawing[]} */
  let pending = [];
  /** Accessible name of a text whose first change is a drawing too. @type {string | null} */
  let watchedText = null;
  /** The text at the event, null once it has changed. @type {string | null} */
  let textBefore = null;
  /** @type {Drawing | null} */
  let textDrawing = null;

  // Behind a frame's own tasks: a message sent from its callback is heard when it has been painted.
  const afterFrame = new MessageChannel();
  afterFrame.port1.addEventListener('message', () => {
    lastPaintAt = performance.now();
    for (const drawing of pending) drawing.paintedAt = lastPaintAt;
    pending = [];
  });
  afterFrame.port1.start();

  /** @param {HTMLCanvasElement} canvas */
  function noteDrawing(canvas) {
    if (startedAt === null || !canvas.isConnected) return;
    const view = canvas.closest('[aria-label]')?.getAttribute('aria-label') ?? '';
    drawings.set(canvas, begin(view));
  }

  /**
   * @param {string} view
   * @returns {Drawing}
   */
  function begin(view) {
    const drawing = { view, drawnAt: performance.now(), paintedAt: null };
    pending.push(drawing);
    if (pending.length === 1) requestAnimationFrame(() => afterFrame.port2.postMessage(null));
    return drawing;
  }

  const textNow = () =>
    document.querySelector(`[aria-label="${watchedText}"]`)?.textContent?.trim() ?? '';

  for (const name of /** @type {const} */ (['clearRect', 'drawImage', 'putImageData', 'stroke'])) {
    const method = CanvasRenderingContext2D.prototype[name];
    Object.defineProperty(CanvasRenderingContext2D.prototype, name, {
      value: new Proxy(method, {
        apply(target, context, args) {
          noteDrawing(context.canvas);
          return Reflect.apply(target, context, args);
        },
      }),
    });
  }

  for (const type of ['keydown', 'drop', 'pointerup', 'pointermove', 'change'])
    addEventListener(
      type,
      (event) => {
        if (event.type !== expectedType) return;
        expectedType = null;
        // Moves are held back until the next frame: that wait is the browser's.
        startedAt = type === 'pointermove' ? performance.now() : event.timeStamp;
        drawings = new Map();
        textBefore = watchedText === null ? null : textNow();
      },
      { capture: true },
    );

  /** @typedef {{ startTime: number, durationMs: number, scripts: string[] }} Task */
  /** @type {Task[]} */
  let tasks = [];

  /** @param {PerformanceEntryList} entries */
  function noteTasks(entries) {
    for (const entry of entries) {
      const { startTime, duration } = entry;
      const scripts = 'scripts' in entry && Array.isArray(entry.scripts) ? entry.scripts : [];
      // A long frame may hold nothing but waiting; what blocks is what counts.
      const blocking = 'blockingDuration' in entry ? Number(entry.blockingDuration) : duration;
      if (blocking <= 0) continue;
      tasks.push({
        startTime,
        durationMs: 'blockingDuration' in entry ? blocking + 50 : duration,
        scripts: scripts
          .toSorted((a, b) => b.duration - a.duration)
          .map(
            ({ invoker, sourceFunctionName, duration }) =>
              `${invoker} ${sourceFunctionName} ${Math.round(duration)} ms`,
          ),
      });
    }
  }

  const observers = ['longtask', 'long-animation-frame'].map((type) => {
    const observer = new PerformanceObserver((list) => noteTasks(list.getEntries()));
    observer.observe({ type, buffered: true });
    return observer;
  });

  /** Whether the status has said something else than `Ready` since the event. */
  let wasBusy = false;
  /** What was drawn when the status said `Ready` again. @type {Drawing[] | null} */
  let drawnByReady = null;
  /** @type {number | null} */
  let readyAt = null;
  new MutationObserver(() => {
    if (textBefore !== null) {
      const text = textNow();
      if (text !== '' && text !== textBefore) {
        textBefore = null;
        textDrawing = begin(watchedText ?? '');
      }
    }
    const said = document.querySelector('[role=status]')?.textContent ?? '';
    if (!said.startsWith('Ready')) wasBusy = true;
    else if (wasBusy && drawnByReady === null) {
      drawnByReady = [...drawings.values(), ...(textDrawing === null ? [] : [textDrawing])];
      readyAt = performance.now();
    }
  }).observe(document, { subtree: true, childList: true, characterData: true });

  /** @param {() => boolean} isDone */
  async function poll(isDone) {
    const end = performance.now() + patienceMs;
    while (!isDone()) {
      if (performance.now() > end) throw new Error('The page did not show what was waited for.');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** @param {readonly Drawing[]} drawings */
  function measured(drawings) {
    for (const observer of observers) noteTasks(observer.takeRecords());
    const start = startedAt ?? 0;
    /** @type {Map<string, { view: string, drawnMs: number, paintedMs: number }>} */
    const views = new Map();
    for (const { view, drawnAt, paintedAt } of drawings) {
      const before = views.get(view);
      views.set(view, {
        view,
        drawnMs: Math.max(before?.drawnMs ?? 0, drawnAt - start),
        paintedMs: Math.max(before?.paintedMs ?? 0, (paintedAt ?? Infinity) - start),
      });
    }
    const longTasks = tasks
      .filter(({ startTime, durationMs }) => startTime + durationMs >= start)
      .map(({ durationMs, scripts }) => ({ durationMs, scripts }));
    return {
      views: [...views.values()],
      longTasks,
      readyMs: readyAt === null ? null : readyAt - start,
    };
  }

  const isQuiet = () => pending.length === 0 && performance.now() - lastPaintAt >= quietMs;

  globalThis.probe = {
    expect: (eventType, text) => {
      expectedType = eventType;
      watchedText = text ?? null;
      textBefore = null;
      textDrawing = null;
      readyAt = null;
      startedAt = null;
      drawings = new Map();
      tasks = [];
      wasBusy = false;
      drawnByReady = null;
    },
    whenPainted: async (wanted) => {
      await poll(() => {
        const painted = new Set([...drawings.values()].map(({ view }) => view));
        return wanted.every((view) => painted.has(view)) && isQuiet();
      });
      return measured([...drawings.values()]);
    },
    whenSaid: async (pattern, selector) => {
      const wanted = new RegExp(pattern);
      const isSaid = () =>
        [...document.querySelectorAll(selector)].some(({ textContent }) =>
          wanted.test(textContent),
        );
      await poll(() => startedAt !== null);
      await new Promise((resolve) => {
        const look = () => {
          if (!isSaid()) return;
          observer.disconnect();
          // The frame that shows it, and the end of that frame.
          requestAnimationFrame(() => setTimeout(resolve));
        };
        const observer = new MutationObserver(look);
        observer.observe(document, { subtree: true, childList: true, characterData: true });
        look();
      });
      const saidMs = performance.now() - (startedAt ?? 0);
      return { ...measured([...drawings.values()]), saidMs };
    },
    whenReady: async () => {
      // What is drawn after `Ready` is not measured, but waited for.
      await poll(() => drawnByReady !== null && isQuiet());
      return measured(drawnByReady ?? []);
    },
  };
}
