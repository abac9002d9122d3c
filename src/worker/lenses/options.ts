import type { LensDescription, LensOptions, LensParameter } from '../../engine/protocol.ts';
import { fail } from '../failure.ts';

/**
 * A number that the person chose, or its initial value.
 * @throws HeedFailure `bad-request` if it is out of the range that the lens describes
 */
export function readRange(lens: LensDescription, options: LensOptions, key: string): number {
  const parameter = find(lens, key);
  if (parameter.kind !== 'range') throw new TypeError(`${key} is not a range.`);
  const value = options[key] ?? parameter.initial;
  const isInside = typeof value === 'number' && value >= parameter.min && value <= parameter.max;
  const isWhole = !Number.isInteger(parameter.step) || Number.isInteger(value);
  return isInside && isWhole ? value : refuse(lens, parameter, value);
}

/**
 * A choice that the person made, or the initial one.
 * @throws HeedFailure `bad-request` if the lens does not offer it
 */
export function readChoice<Choice extends string>(
  lens: LensDescription,
  options: LensOptions,
  key: string,
  choices: readonly Choice[],
): Choice {
  const parameter = find(lens, key);
  if (parameter.kind !== 'choice') throw new TypeError(`${key} is not a choice.`);
  const value = options[key] ?? parameter.initial;
  return choices.find((choice) => choice === value) ?? refuse(lens, parameter, value);
}

function find(lens: LensDescription, key: string): LensParameter {
  const parameter = lens.parameters.find((candidate) => candidate.key === key);
  if (parameter === undefined) throw new TypeError(`${lens.title} has no parameter ${key}.`);
  return parameter;
}

function refuse(lens: LensDescription, { key, label }: LensParameter, value: unknown): never {
  fail(
    'bad-request',
    `${lens.title} has no such ${label.toLowerCase()}.`,
    `${key}: ${String(value)}`,
  );
}
