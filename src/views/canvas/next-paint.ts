/** A page that is not shown draws nothing; a busy one draws late. Neither is waited for longer. */
const longestWaitMs = { hidden: 250, visible: 2000 };

/** Resolves when the next frame was drawn. */
export function nextPaint(): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, longestWaitMs[document.visibilityState]);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        clearTimeout(timer);
        resolve();
      }),
    );
  });
}
