// The policy under which Heed runs: sent by the server, and written into the page when it is built,
// so that it also holds on a host that sends no headers.

/** @type {Readonly<Record<string, readonly string[]>>} */
const directives = {
  // Whatever is not named below is refused.
  'default-src': ["'none'"],
  // Heed's own chunks; `wasm-unsafe-eval` lets WebAssembly be compiled and nothing else: no eval,
  // no inline script, no script from a blob.
  'script-src': ["'self'", "'wasm-unsafe-eval'"],
  // The engine, and the threads of the wasm backend. Both are files of the build.
  'worker-src': ["'self'"],
  'style-src': ["'self'"],
  // Pictures that a person opened (blob) and canvases that were saved (data).
  'img-src': ["'self'", 'blob:', 'data:'],
  // The camera.
  'media-src': ["'self'", 'blob:'],
  'font-src': ["'self'"],
  // Checkpoints of Heed, pictures and checkpoints at an address that the person gives (https, or a
  // server of their own on this machine), and pictures already in the page.
  'connect-src': ["'self'", 'https:', 'http://localhost:*', 'http://127.0.0.1:*', 'blob:', 'data:'],
  'manifest-src': ["'self'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
};

/** Directives that count in a header alone; a browser warns of them in a `<meta>`. */
const headerOnlyDirectives = { 'frame-ancestors': ["'self'"] };

/** @param {Readonly<Record<string, readonly string[]>>} policy */
function serialise(policy) {
  return Object.entries(policy)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ');
}

/** For a `<meta http-equiv="Content-Security-Policy">`. */
export const contentSecurityPolicy = serialise(directives);

/** For the header `Content-Security-Policy`. */
export const contentSecurityPolicyHeader = serialise({ ...directives, ...headerOnlyDirectives });
