import { decodePicture, type Picture, PictureError } from './decode.ts';
import { fetchPicture } from './fetch-picture.ts';
import { findSample, sampleAddress } from './samples.ts';

/** Where a picture comes from. */
export type PictureSource =
  | { readonly kind: 'blob'; readonly blob: Blob; readonly name: string }
  | { readonly kind: 'address'; readonly address: string }
  | { readonly kind: 'sample'; readonly id: string };

/** @throws PictureError with a sentence for the person */
export async function openPicture(source: PictureSource, signal: AbortSignal): Promise<Picture> {
  switch (source.kind) {
    case 'blob':
      return decodePicture(source.blob, source.name);
    case 'address': {
      const { blob, name } = await fetchPicture(source.address, signal);
      return decodePicture(blob, name);
    }
    case 'sample': {
      const sample = findSample(source.id);
      if (!sample) throw new PictureError(`There is no sample called “${source.id}”.`);
      const response = await fetch(sampleAddress(sample.id), { signal });
      if (!response.ok)
        throw new PictureError(`The sample could not be loaded (error ${response.status}).`);
      return decodePicture(await response.blob(), sample.title, sample.id);
    }
  }
}
