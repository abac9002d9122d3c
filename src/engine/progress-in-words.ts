import { bytesInWords } from '../math/format-size.ts';
import type { Progress } from './protocol.ts';

/** What the engine is doing while something loads, and how far it has come. */
export function progressInWords(progress: Progress | null): string {
  if (!progress) return 'Starting the engine…';
  const { stage, done, total } = progress;
  switch (stage) {
    case 'backend':
      return 'Starting the backend…';
    case 'weights':
      return `Loading the model: ${bytesInWords(done)}${total === null ? '' : ` of ${bytesInWords(total)}`}`;
    case 'warm-up':
      return 'Warming up the model…';
    case 'forward':
    case 'lens':
      return `Working: ${done}${total === null ? '' : ` of ${total}`}`;
  }
}

/** How far, 0 to 1; null where that is not known. */
export function progressShare(progress: Progress | null): number | null {
  return progress?.total ? progress.done / progress.total : null;
}
