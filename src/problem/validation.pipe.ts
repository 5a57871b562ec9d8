import { ValidationPipe, type ValidationError } from '@nestjs/common';
import { Problem } from './problem.js';

interface FieldError {
  field: string;
  message: string;
}

/** Checks bodies and queries by their DTO's decorators; what the DTO does not name is refused, not dropped. */
export function createValidationPipe(): ValidationPipe {
  return new ValidationPipe({
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
