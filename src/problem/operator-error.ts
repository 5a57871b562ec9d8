import { inspect } from 'node:util';

/** An error that the operator can fix. Its message is complete, and a stack would only hide it. */
export class OperatorError extends Error {
  /** Is called by programs that print the error object, such as the command line of TypeORM. */
  [inspect.custom](): string {
    return this.message;
  }
}
