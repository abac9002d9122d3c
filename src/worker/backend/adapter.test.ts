import { describe, expect, it } from 'vitest';
import { describeAdapter, isSoftwareAdapter } from './adapter.ts';

const blank = { vendor: '', architecture: '', device: '', description: '' };

describe('isSoftwareAdapter', () => {
  it('knows the software drivers by their names', () => {
    const software = [
      { ...blank, vendor: 'google', architecture: 'swiftshader' },
      { ...blank, description: 'SwiftShader Device (Subzero)' },
      { ...blank, description: 'llvmpipe (LLVM 15.0.6, 256 bits)' },
      { ...blank, vendor: 'mesa', description: 'lavapipe' },
      { ...blank, vendor: 'microsoft', description: 'Microsoft Basic Render Driver' },
      { ...blank, vendor: 'microsoft', architecture: 'warp' },
    ];
    for (const adapter of software) expect(isSoftwareAdapter(adapter)).toBe(true);
  });

  it('believes an adapter that says it is a fallback', () => {
    expect(isSoftwareAdapter({ ...blank, vendor: 'acme', isFallbackAdapter: true })).toBe(true);
  });

  it('takes hardware for hardware', () => {
    const hardware = [
      { ...blank, vendor: 'apple', architecture: 'metal-3' },
      { ...blank, vendor: 'nvidia', architecture: 'lovelace', isFallbackAdapter: false },
      { ...blank, vendor: 'intel', architecture: 'gen-12lp', description: 'Intel(R) UHD' },
      blank,
    ];
    for (const adapter of hardware) expect(isSoftwareAdapter(adapter)).toBe(false);
  });
});

describe('describeAdapter', () => {
  it('prefers the description, then vendor and architecture', () => {
    expect(describeAdapter({ ...blank, vendor: 'apple', description: 'Apple M2' })).toBe(
      'Apple M2',
    );
    expect(describeAdapter({ ...blank, vendor: 'nvidia', architecture: 'lovelace' })).toBe(
      'nvidia lovelace',
    );
    expect(describeAdapter(blank)).toBe('unnamed adapter');
  });
});
