import { ValidateIf } from 'class-validator';

/** A member that may be left out, but not be null: class-validator's own IsOptional takes null as well. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_, value) => value !== undefined);
}
