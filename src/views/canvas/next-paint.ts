/** A page that is not shown draws nothing, and is not waited for any longer than this. */
const longestWaitMs = 250;

/** Resolves when the next frame was drawn. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longestWaitMs);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });
}
