import { ConsoleLogger, type LogLevel as NestLogLevel } from '@nestjs/common';
import type { Environment, LogLevel } from './environment.js';

/** What Nest says of its own doings at start: one line that says where we serve is enough. */
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'RouterExplorer',
  'RoutesResolver',
]);

/** Who reports a failed start with its stack, before `main` and `cli` say it in a sentence. */
const REPORTERS = new Set(['ExceptionHandler', 'TypeOrmModule']);

const LEVELS: Record<LogLevel, NestLogLevel[]> = {
  error: ['error', 'fatal'],
  warn: ['error', 'fatal', 'warn'],
  info: ['error', 'fatal', 'warn', 'log'],
  debug: ['error', 'fatal', 'warn', 'log', 'debug', 'verbose'],
};

/** JSON lines for programs, and in production; text for people, on a terminal. */
export class AppLogger extends ConsoleLogger {
  constructor(
    { isProduction, logLevel }: Pick<Environment, 'isProduction' | 'logLevel'>,
    json = isProduction || !process.stdout.isTTY,
  ) {
    super({ json, flattenParams: true, logLevels: LEVELS[logLevel] });
  }

  override log(message: unknown, ...rest: unknown[]): void {
    if (!FRAMEWORK.has(String(rest.at(-1)))) super.log(message, ...rest);
  }

  override error(message: unknown, ...rest: unknown[]): void {
    if (!REPORTERS.has(String(rest.at(-1)))) super.error(message, ...rest);
  }
}

/** For the command line, where standard output belongs to the result; only what is wrong is worth a line beside it. */
export class CommandLogger extends AppLogger {
  constructor({ isProduction, logLevel }: Pick<Environment, 'isProduction' | 'logLevel'>) {
    super({ isProduction, logLevel: logLevel === 'info' ? 'warn' : logLevel }, isProduction);
  }

  protected override printMessages(...args: Parameters<ConsoleLogger['printMessages']>): void {
    args[3] = 'stderr';
    super.printMessages(...args);
  }
}
