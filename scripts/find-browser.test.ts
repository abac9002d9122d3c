import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { browserPaths, findBrowser } from './find-browser.mjs';

afterEach(() => vi.unstubAllEnvs());

describe('browserPaths', () => {
  it('looks at CHROME_PATH first, then along PATH', () => {
    const paths = browserPaths({ CHROME_PATH: '/my/chrome', PATH: '/usr/bin' }, 'linux');
    expect(paths[0]).toBe('/my/chrome');
    expect(paths).toContain(join('/usr/bin', 'chromium'));
  });

  it('knows where Chrome lies on Windows and macOS', () => {
    expect(browserPaths({ PROGRAMFILES: 'C:\\Program Files' }, 'win32')).toContain(
      'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    );
    expect(browserPaths({}, 'darwin')).toContain(
      '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    );
  });
});

describe('findBrowser', () => {
  it('takes the program that CHROME_PATH names, and says so when it is none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'heed-browser-'));
    const path = join(folder, 'chrome');
    await writeFile(path, '');
    await chmod(path, 0o755);
    vi.stubEnv('CHROME_PATH', path);
    expect(await findBrowser()).toBe(path);
    await rm(folder, { recursive: true });
    await expect(findBrowser()).rejects.toThrow('CHROME_PATH');
  });
});
