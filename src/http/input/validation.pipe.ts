import { type ArgumentMetadata, ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem } from '../../problem/problem.js';

interface FieldError {
  field: string;
  message: string;
}

/** A DTO that can say by itself that a body is valid. A test compares it with the decorators. */
interface CheckedDto {
  accepts?: (body: unknown) => boolean;
}

/**
 * Checks bodies and queries by their DTO's decorators; what the DTO does not name is refused, not dropped.
 *
 * class-validator walks the metadata of each member. A valid body of the frequent writes does not need that.
 */
class DtoPipe extends ValidationPipe {
  override async transform(value: unknown, metadata: ArgumentMetadata): Promise<unknown> {
    const { accepts } = (metadata.metatype ?? {}) as CheckedDto;
    if (metadata.type === 'body' && accepts?.(value)) return value;
    return super.transform(value, metadata) as Promise<unknown>;
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

/** A 400 that names each field. */
export function invalidInput(errors: FieldError[]): Problem {
  return new Problem('invalid-input', 'Correct the fields named in errors and send it again.', { errors });
}

function fieldErrors(error: ValidationError, parent = ''): FieldError[] {
  const field = parent + error.property;
  const own = Object.values(error.constraints ?? {}).map((message) => ({ field, message }));
  return [...own, ...(error.children ?? []).flatMap((child) => fieldErrors(child, `${field}.`))];
}
