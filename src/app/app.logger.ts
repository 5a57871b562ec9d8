import type { LoggerService } from '@nestjs/common';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  destination,
  type Level,
  type Logger,
  multistream,
  pino,
  stdTimeFunctions,
  type StreamEntry,
} from 'pino';
import { PinoPretty } from 'pino-pretty';
import type { Environment } from '../config/environment.js';
import { projectFolder } from '../config/project-folder.js';

type Settings = Pick<Environment, 'isProduction' | 'logLevel'>;

const STDOUT = 1;
const STDERR = 2;

/** The contexts of Nest's own lines at the start. One line with our address is enough. */
const FRAMEWORK = new Set([
  'InstanceLoader',
  'NestFactory',
  'NestApplication',
  'RouterExplorer',
  'RoutesResolver',
]);

/**
 * The contexts that log a failed start with its stack. `main` and `cli` log it in a sentence later.
 */
const REPORTERS = new Set(['ExceptionHandler', 'TypeOrmModule']);

/**
 * Creates the logger: text on a terminal in development, and JSON elsewhere. Errors go to standard
 * error.
 *
 * Writes synchronously, so that no line is lost when the process ends.
 */
export function createPino({ isProduction, logLevel }: Settings, fd = STDOUT): Logger {
  const { name, version } = readPackage();
  const isText = !isProduction && (fd === STDOUT ? process.stdout : process.stderr).isTTY;
  const streamTo = (to: number) =>
    isText
      ? PinoPretty({
          destination: to,
          sync: true,
          messageKey: 'message',
          ignore: 'service,version,pid,context',
        })
      : destination({ dest: to, sync: true });
  const streams: StreamEntry[] = [
    { level: 'trace', stream: streamTo(fd) },
    { level: 'error', stream: streamTo(STDERR) },
  ];
  return pino(
    {
      level: logLevel,
      base: { service: name, version, pid: process.pid },
      messageKey: 'message',
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
    },
    multistream(streams, { dedupe: true }),
  );
}

/** Passes the lines of Nest and of the shop to pino. */
export class AppLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    if (!FRAMEWORK.has(String(rest.at(-1)))) this.write('info', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    if (!REPORTERS.has(String(rest.at(-1)))) this.write('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }

  /**
   * Reads the parameters of Nest: the last one is the context, and a string before it is a stack.
   */
  private write(level: Level, message: unknown, rest: unknown[]): void {
    const parameters = [...rest];
    const context = typeof parameters.at(-1) === 'string' ? parameters.pop() : undefined;
    const stack = parameters.find((parameter) => typeof parameter === 'string');
    const error = parameters.find((parameter) => parameter instanceof Error);
    this.pino[level](
      { context, stack, err: error },
      message instanceof Error ? message.stack : String(message),
    );
  }
}

/**
 * Creates the logger of the command line.
 *
 * Standard output is only for the result of the command. So the log goes to standard error, and has
 * only warnings and errors.
 */
export function createCommandLogger({ isProduction, logLevel }: Settings): AppLogger {
  return new AppLogger(
    createPino({ isProduction, logLevel: logLevel === 'info' ? 'warn' : logLevel }, STDERR),
  );
}

function readPackage(): { name: string; version: string } {
  return JSON.parse(readFileSync(join(projectFolder(), 'package.json'), 'utf8')) as {
    name: string;
    version: string;
  };
}
