import { inspect } from 'node:util';

/** An error that the operator can mend: its message says all, and a stack would only hide it. */
export class OperatorError extends Error {
  /** For programs that print the error itself, as TypeORM's command line does. */
  [inspect.custom](): string {
    return this.message;
  }
}
