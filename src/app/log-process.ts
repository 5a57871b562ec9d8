import { Logger } from '@nestjs/common';
import { stackOf } from '../problem/error-text.js';

const logger = new Logger('Process');

/**
 * Logs the warnings and errors that Node and libraries would write to standard error.
 *
 * Node prints a warning with a listener of its own, which is removed. `depd`, which Express uses,
 * prints unless there is a listener.
 */
export function logProcess(): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => logger.warn(`${name}: ${message}`));
  (process as NodeJS.EventEmitter).on('deprecation', ({ message }: Error) =>
    logger.warn(`DeprecationWarning: ${message}`),
  );
  process.on('uncaughtException', (error: unknown) => {
    logger.fatal(stackOf(error));
    process.exit(1);
  });
}
