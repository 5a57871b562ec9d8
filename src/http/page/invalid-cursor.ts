import type { Problem } from '../../problem/problem.js';
import { invalidInput } from '../input/validation.pipe.js';

/** Every list answers a cursor that it did not make in the same way. */
export function invalidCursor(): Problem {
  return invalidInput([{ field: 'cursor', message: 'cursor must be the nextCursor of another page' }]);
}
