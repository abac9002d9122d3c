import type { CSSProperties } from 'react';

/**
 * CSS custom properties as a React style. React sets them through the CSSOM, which a content
 * security policy of `style-src 'self'` allows.
 */
export function customProperties(
  properties: Readonly<Record<`--${string}`, string | number>>,
): CSSProperties {
  // React's type does not know custom properties; the parameter's type admits nothing else.
  return properties as CSSProperties;
}
