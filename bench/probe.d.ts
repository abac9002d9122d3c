/** What `probe.mjs` leaves in the page. All times are milliseconds. */

/** A canvas was drawn on, or the watched text changed for the first time. */
export interface PaintedView {
  /** Accessible name of the text, or of what holds the canvas. */
  readonly view: string;
  /** From the event to the last drawing command on it. */
  readonly drawnMs: number;
  /** From the event to the end of the frame that shows the drawing. */
  readonly paintedMs: number;
}

/** The main thread did one thing for longer than 50 ms. */
export interface LongTask {
  readonly durationMs: number;
  /** Where the time went, as far as the browser tells: the longest script first. */
  readonly scripts: readonly string[];
}

export interface Measured {
  readonly views: readonly PaintedView[];
  readonly longTasks: readonly LongTask[];
  /** From the event to the status `Ready`; null where it was not waited for. */
  readonly readyMs: number | null;
}

export interface Probe {
  /**
   * Measures from the next event of a type. A text that is named is watched too: it counts as
   * painted when it first says something else than at the event, and is not empty.
   */
  readonly expect: (eventType: string, text?: string) => void;
  /** What was painted since the event, once these views were, and then nothing for a while. */
  readonly whenPainted: (views: readonly string[]) => Promise<Measured>;
  /** As `whenPainted`, once an element that a selector finds says something, and how long it took. */
  readonly whenSaid: (
    pattern: string,
    selector: string,
  ) => Promise<Measured & { readonly saidMs: number }>;
  /** What was painted since the event, or since navigation, once the status says `Ready` again. */
  readonly whenReady: () => Promise<Measured>;
}

declare global {
  var probe: Probe;
}
