/** What is drawn, and how large. */
export type Subject =
  | { readonly kind: 'matrix'; readonly tokenCount: number }
  | { readonly kind: 'ribbons'; readonly tokenCount: number; readonly headCount: number }
  | {
      readonly kind: 'heads';
      readonly layerCount: number;
      readonly headCount: number;
      readonly side: number;
    };

/** One frame, in milliseconds. */
export interface Frame {
  /** Script alone: of what changed it, and of callbacks in the frame. */
  readonly script: number;
  /** To the end of the frame, with style, layout and painting. */
  readonly total: number;
}

/** One way of drawing a subject. */
export interface Drawing {
  /** Draws the next of many changes: pan and zoom, another token, another query. */
  readonly next: () => void;
  readonly remove: () => void;
}

export interface DrawingBench {
  /** Mounts a subject both ways; the peer only if asked for. */
  readonly open: (
    subject: Subject,
    withPeer: boolean,
  ) => Promise<{ heed: Frame; peer: Frame | null }>;
  readonly heed: () => Promise<Frame>;
  readonly peer: () => Promise<Frame>;
  /** The longest task, in milliseconds, while a subject is first drawn until it is complete. */
  readonly longestTask: (subject: Subject) => Promise<number>;
}

declare global {
  var drawing: DrawingBench;
}
