import type { ModelSource } from '../../engine/model-protocol.ts';

/** The vision model that Heed brings along. */
export function embeddedModel(): ModelSource {
  const folder = new URL(`${import.meta.env.BASE_URL}models/heed-vit/`, document.baseURI);
  return { kind: 'address', address: folder.href };
}
