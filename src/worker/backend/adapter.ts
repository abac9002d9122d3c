/** What a browser tells of a WebGPU adapter. Browsers leave out what would identify a person. */
export interface AdapterDescription {
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  readonly isFallbackAdapter?: boolean;
}

/** Names of the drivers that compute on the processor. */
const softwareDrivers = /swiftshader|llvmpipe|lavapipe|softpipe|basic render|warp\b/i;

/** Whether the adapter only pretends to be a graphics processor: slower than wasm. */
export function isSoftwareAdapter(adapter: AdapterDescription): boolean {
  const words = `${adapter.vendor} ${adapter.architecture} ${adapter.device} ${adapter.description}`;
  return adapter.isFallbackAdapter === true || softwareDrivers.test(words);
}

/** The adapter in words for the header: "Apple M2", "nvidia lovelace". */
export function describeAdapter(adapter: AdapterDescription): string {
  if (adapter.description !== '') return adapter.description;
  const words = [adapter.vendor, adapter.architecture || adapter.device].filter(Boolean).join(' ');
  return words === '' ? 'unnamed adapter' : words;
}
