import { ValidateIf } from 'class-validator';

/** Allows a missing member, but not null. class-validator's own IsOptional allows null as well. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
