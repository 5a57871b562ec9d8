import { InvalidArgumentError } from 'commander';

/** Parses the value of an option that is a whole number from 1 on. */
export function positiveInteger(max: number): (text: string) => number {
  return (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= 1 && number <= max) return number;
    throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
  };
}
