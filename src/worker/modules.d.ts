/** Modules that the build makes: see `scripts/vite-plugins.ts`. */
declare module 'heed:embedded-digests' {
  /** SHA-256 in hexadecimal by path from the page: `models/heed-vit/config.json`. */
  const digests: Readonly<Record<string, string>>;
  export default digests;
}
