import { download, fileNameOf } from './download.ts';

/**
 * Makes commands that make a file and hand it to the browser's downloads.
 * @param onFailure gets what making the file threw; nothing is saved then
 */
export function saverOf(
  nameParts: readonly string[],
  onFailure: (error: unknown) => void,
): (extension: string, make: () => Blob | Promise<Blob>) => () => Promise<void> {
  return (extension, make) => async () => {
    try {
      download(await make(), fileNameOf(nameParts, extension));
    } catch (error) {
      onFailure(error);
    }
  };
}
