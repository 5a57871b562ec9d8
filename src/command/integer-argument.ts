import { InvalidArgumentError } from 'commander';

/** Parses an option that is a positive integer. */
export function positiveInteger(max: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`It must be an integer from 1 to ${max}.`);
  };
}
