import type { Problem } from '../../problem/problem.js';
import { invalidInput } from '../input/validation.pipe.js';

/** Creates the problem of a cursor that the list has not issued. */
export function invalidCursor(): Problem {
  return invalidInput([{ field: 'cursor', message: 'cursor must be the nextCursor of another page' }]);
}
