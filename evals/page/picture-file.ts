import {
  decodePicture,
  PictureError,
  type Picture,
} from '../../src/workspaces/vision/picture/decode.ts';

/** A file of a data set, as it crosses into the page. */
export interface PictureFile {
  readonly name: string;
  readonly base64: string;
}

/** Why a file is no picture. */
export interface Unreadable {
  readonly unreadable: string;
}

/** Decodes a file as the page decodes it. */
export async function decodeFile({ name, base64 }: PictureFile): Promise<Picture | Unreadable> {
  try {
    const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    return await decodePicture(new Blob([bytes]), name);
  } catch (error) {
    if (error instanceof PictureError) return { unreadable: error.message };
    throw error;
  }
}
