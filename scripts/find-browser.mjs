// Finds a Chrome or Chromium for the tests, or gets one. `node scripts/find-browser.mjs` prints it.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const commandNames = [
  'google-chrome-stable',
  'google-chrome',
  'chromium',
  'chromium-browser',
  'chrome',
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Where a browser may lie, most wanted first.
 * @param {NodeJS.ProcessEnv} environment
 * @param {NodeJS.Platform} platform
 * @returns {string[]}
 */
export function browserPaths(environment, platform) {
  const named = environment['CHROME_PATH'] ? [environment['CHROME_PATH']] : [];
  if (platform === 'win32') {
    const roots = ['PROGRAMFILES', 'PROGRAMFILES(X86)', 'LOCALAPPDATA']
      .map((name) => environment[name])
      .filter((root) => root !== undefined);
    const tails = ['Google\\Chrome\\Application\\chrome.exe', 'Chromium\\Application\\chrome.exe'];
    return [...named, ...roots.flatMap((root) => tails.map((tail) => `${root}\\${tail}`))];
  }
  if (platform === 'darwin') {
    const tails = [
      'Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
      'Applications/Chromium.app/Contents/MacOS/Chromium',
    ];
    return [...named, ...['/', homedir()].flatMap((root) => tails.map((tail) => join(root, tail)))];
  }
  const folders = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [
    ...named,
    ...commandNames.flatMap((name) => folders.map((folder) => join(folder, name))),
    '/opt/google/chrome/chrome',
    '/snap/bin/chromium',
  ];
}

function installedBrowser() {
  return browserPaths(process.env, process.platform).find(isExecutable) ?? null;
}

/** The Chromium that Playwright installs for itself, when it is there. */
async function playwrightBrowser() {
  const { chromium } = await import('@playwright/test');
  const path = chromium.executablePath();
  return isExecutable(path) ? path : null;
}

/**
 * @param {string} command
 * @param {string[]} args
 */
function succeeds(command, args) {
  console.error(`${command} ${args.join(' ')}`);
  // What the installer prints goes to standard error, so that standard output stays the path.
  const result = spawnSync(command, args, {
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  return result.status === 0;
}

function canInstallPackages() {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    return /^ID(_LIKE)?=.*(debian|ubuntu)/m.test(readFileSync('/etc/os-release', 'utf8'));
  } catch {
    return false;
  }
}

function installChromiumPackage() {
  return (
    canInstallPackages() &&
    succeeds('apt-get', ['update']) &&
    succeeds('apt-get', ['install', '-y', '--no-install-recommends', 'chromium'])
  );
}

/**
 * The path of a Chrome or Chromium: an installed one, else Playwright's, else a fresh install.
 * `CHROME_PATH` goes before all.
 * @returns {Promise<string>}
 * @throws Error with one line that says what to do
 */
export async function findBrowser() {
  const named = process.env['CHROME_PATH'];
  if (named && !isExecutable(named)) {
    throw new Error(`CHROME_PATH names ${named}, which is not a program that can be run.`);
  }
  const found = installedBrowser() ?? (await playwrightBrowser());
  if (found !== null) return found;
  if (succeeds('npx', ['--no-install', 'playwright', 'install', 'chromium'])) {
    const path = await playwrightBrowser();
    if (path !== null) return path;
  }
  if (installChromiumPackage()) {
    const path = installedBrowser();
    if (path !== null) return path;
  }
  throw new Error(
    'No Chrome or Chromium was found: install one, or name it in the environment variable CHROME_PATH.',
  );
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(await findBrowser());
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}
