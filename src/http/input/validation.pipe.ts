import { type ArgumentMetadata, ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem } from '../../problem/problem.js';

export interface FieldError {
  field: string;
  message: string;
}

/** A DTO that checks a body by itself. */
interface CheckedDto {
  /** Says whether a body is valid, as the decorators do. A test compares both. */
  accepts?: (body: unknown) => boolean;
  /** Replaces the decorators, for a body that they cannot describe. */
  findErrors?: (body: unknown) => FieldError[];
}

/**
 * Checks bodies and queries by the decorators of their DTO. Refuses an unknown member instead of
 * dropping it.
 *
 * class-validator walks the metadata of each member. `accepts` saves this work for valid bodies of
 * the frequent writes.
 */
class DtoPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { type, metatype } = metadata;
    const { accepts, findErrors } = ((type === 'body' && metatype) || {}) as CheckedDto;
    if (accepts?.(value)) return value;
    if (findErrors) return assertNoErrors(value, findErrors(value));
    const transformed = (await super.transform(value, metadata)) as unknown;
    // Only a nested member `constructor` gets here: class-transformer has dropped it.
    if (accepts) throw invalidInput([{ field: 'constructor', message: 'property constructor is not valid' }]);
    return transformed;
  }
}

export function createValidationPipe(): ValidationPipe {
  return new DtoPipe({
    transform: true,
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: true,
    stopAtFirstError: true,
    exceptionFactory: (errors) => invalidInput(errors.flatMap((error) => fieldErrors(error))),
  });
}

/** @throws Problem `invalid-input` */
function assertNoErrors(value: unknown, errors: FieldError[]): unknown {
  if (errors.length > 0) throw invalidInput(errors);
  return value;
}

/** Returns an error for each member, as class-validator does for an unknown one. */
export function unknownMembers(members: object, path = ''): FieldError[] {
  return Object.keys(members).map((name) => ({
    field: path + name,
    message: `property ${name} should not exist`,
  }));
}

/** Creates the 400 that names each invalid field. */
export function invalidInput(errors: FieldError[]): Problem {
  return new Problem('invalid-input', 'Correct the fields in `errors`, and send the request again.', {
    errors,
  });
}

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const field = parent + error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}
