// Runs every check in order of cost, then prints one closing line: `N passed, N failed`.
// Flags: `--unit` stops before the browser.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findBrowser } from './find-browser.mjs';

const reports = mkdtempSync(join(tmpdir(), 'heed-tests-'));
let passed = 0;
let failed = 0;
let skipped = 0;

/**
 * Runs one command of the project and shows its output.
 * @param {string} name
 * @param {string[]} command
 * @param {Record<string, string>} [environment]
 * @returns {boolean} whether it exited with 0
 */
function run(name, command, environment = {}) {
  console.log(`\n— ${name}: ${command.join(' ')}`);
  const result = spawnSync('npx', ['--no-install', ...command], {
    stdio: 'inherit',
    env: { ...process.env, ...environment },
    shell: process.platform === 'win32',
  });
  return result.status === 0;
}

/**
 * Counts a check that has no test runner of its own as one test.
 * @param {string} name
 * @param {string[]} command
 */
function check(name, command) {
  if (run(name, command)) passed += 1;
  else failed += 1;
}

/**
 * @param {string} file
 * @returns {any} the parsed report, or null when the runner died before it wrote one
 */
function report(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return null;
  }
}

function unitTests() {
  const file = join(reports, 'vitest.json');
  const ok = run('unit and component tests', [
    'vitest',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${file}`,
  ]);
  const result = report(file);
  passed += result?.numPassedTests ?? 0;
  skipped += (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0);
  failed += result?.numFailedTests ?? 0;
  // A file that does not load fails no test of its own.
  if (!ok && !result?.numFailedTests) failed += 1;
}

/** A port that nothing listens on, so that a server of somebody else's is never tested. */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 4399));
    });
  });
}

async function browserTests() {
  const browser = await findBrowser();
  const file = join(reports, 'playwright.json');
  const ok = run('browser tests', ['playwright', 'test', '--reporter=list,json'], {
    HEED_BROWSER: browser,
    HEED_TEST_PORT: String(await freePort()),
    PLAYWRIGHT_JSON_OUTPUT_NAME: file,
  });
  const stats = report(file)?.stats;
  passed += (stats?.expected ?? 0) + (stats?.flaky ?? 0);
  skipped += stats?.skipped ?? 0;
  failed += stats?.unexpected ?? 0;
  if (!ok && !stats?.unexpected) failed += 1;
}

check('formatting', ['prettier', '--check', '.', '--log-level', 'warn']);
check('lint', ['oxlint', '--deny-warnings']);
check('types', ['tsc', '-b']);
unitTests();
check('weight of the bundle', ['node', 'scripts/check-bundle.mjs']);
if (!process.argv.includes('--unit')) {
  try {
    await browserTests();
    check('speed beside the peer', ['node', 'bench/check.mjs']);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    failed += 1;
  }
}
rmSync(reports, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
