// A benchmark's table for people and its file for programs.
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { markdownTable } from './markdown-table.mjs';
import { summarise } from './statistics.mjs';

/** @typedef {import('./scenario.mjs').Measurement} Measurement */

const folder = fileURLToPath(new URL('../bench-results', import.meta.url));

function commit() {
  try {
    const options = { cwd: fileURLToPath(new URL('..', import.meta.url)), encoding: 'utf8' };
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      ...options,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    // Heed may have been unpacked from an archive.
    return null;
  }
}

export function describeMachine() {
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${release()}`,
    commit: commit(),
  };
}

/** Processes that wanted a core over the last minute; well above 0 means the figures are noisy. */
export function load() {
  return Number((loadavg()[0] ?? 0).toFixed(2));
}

/** @param {number} milliseconds */
function format(milliseconds) {
  return milliseconds.toFixed(milliseconds < 100 ? 1 : 0);
}

/** @param {Measurement} measurement */
function longestTask({ longTasks }) {
  return longTasks.toSorted((a, b) => b.durationMs - a.durationMs)[0] ?? null;
}

/**
 * All times in milliseconds.
 * @param {readonly Measurement[]} measurements
 */
export function table(measurements) {
  const head = ['what', 'painted p50', 'min', 'max', 'n', 'goal', 'drawn p50', 'longest task'];
  const rows = measurements.map((measurement) => {
    const { p50, min, max, count } = summarise(measurement.samples);
    const { what, goal, goalFor } = measurement;
    const drawn = summarise(measurement.drawn).p50;
    const reached = goalFor === 'drawn' ? drawn : p50;
    const note = goalFor === 'drawn' ? ' drawn' : '';
    const verdict = goal === null ? '' : `≤ ${goal}${note} ${reached <= goal ? 'met' : 'missed'}`;
    const longest = longestTask(measurement);
    const task = longest === null ? '≤ 50' : format(longest.durationMs);
    return [
      what,
      format(p50),
      format(min),
      format(max),
      String(count),
      verdict,
      format(drawn),
      task,
    ];
  });
  return `### In the page\n\n${markdownTable([head, ...rows])}`;
}

/**
 * What the browser says of the longest tasks, longest first.
 * @param {readonly Measurement[]} measurements
 */
export function longTaskLines(measurements) {
  return measurements
    .map((measurement) => ({ what: measurement.what, task: longestTask(measurement) }))
    .filter(({ task }) => task !== null && task.scripts.length > 0)
    .map(({ what, task }) => `${what}: ${task?.scripts.slice(0, 3).join('; ')}`);
}

/**
 * @param {object} report
 * @returns {string} the file's path
 */
export function writeReport(report) {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`);
  writeFileSync(path, `${JSON.stringify(report, null, 2)}\n`);
  return path;
}
