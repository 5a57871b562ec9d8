import { Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import type { Logger as Pino } from 'pino';
import { AppLogger, createPino } from './app/app.logger.js';
import { AppModule } from './app/app.module.js';
import { listen, configureApp } from './app/configure-app.js';
import { addDemoProducts } from './catalogue/demo-products.js';
import { findDatabase } from './database/find-database.js';
import { migrate } from './app/migrate.js';
import { Draining } from './monitoring/draining.service.js';
import { type Environment, readEnvironment } from './config/environment.js';
import { InvalidEnvironment } from './config/environment-variables.js';
import { logProcess } from './app/log-process.js';
import { createAdapter } from './http/server/create-adapter.js';

/** Migrates first, and adds demo products to an empty catalogue. `npm start` passes this option. */
const PREPARE = '--prepare';

/** Long enough for a load balancer to check the readiness, and short enough for Ctrl-C. */
const DRAIN_MILLISECONDS = 500;

/** The process ends after this time. PostgreSQL rolls back unfinished work. */
const STOP_MILLISECONDS = 9_500;

const logger = new Logger('Basketkeeper');

async function start(environment: Environment, pino: Pino, prepare: boolean): Promise<void> {
  if (prepare) logger.log(`Database: ${describeDatabase(environment)}`);
  const database = await findDatabase(environment);
  try {
    if (prepare) {
      const url = environment.migrationDatabaseUrl ?? database.url;
      logger.log(`Migrations run: ${await migrate(url, environment.databaseWaitSeconds)}`);
    }
    const app = await createApp({ ...environment, databaseUrl: database.url }, pino);
    if (prepare && !environment.isProduction) await fillCatalogue(app, environment);
    await listen(app, environment.port, environment.host);
    stopOnSignal(app, () => database.release());
    logger.log(await describeServing(app, environment, prepare));
  } catch (error) {
    await database.release();
    throw error;
  }
}

/** Describes the database without its user and password. */
function describeDatabase({ databaseUrl }: Environment): string {
  if (databaseUrl === undefined) return 'the embedded PostgreSQL';
  const { host, pathname } = new URL(databaseUrl);
  return `${host}${pathname} (DATABASE_URL)`;
}

async function fillCatalogue(app: NestFastifyApplication, { basePath }: Environment): Promise<void> {
  const count = await addDemoProducts(app.get(DataSource), basePath);
  if (count > 0) logger.log(`Demo products added: ${count}`);
}

async function describeServing(
  app: NestFastifyApplication,
  { basePath }: Environment,
  prepare: boolean,
): Promise<string> {
  const serving = `Serving on ${await urlOf(app)}${basePath} (explorer: ${basePath}/api/docs)`;
  return prepare ? `${serving}. Press Ctrl-C to stop.` : serving;
}

async function createApp(environment: Environment, pino: Pino): Promise<NestFastifyApplication> {
  const adapter = createAdapter(environment, pino);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.with(environment), adapter, {
    bodyParser: false,
    bufferLogs: false,
    abortOnError: false,
  });
  await configureApp(app);
  return app;
}

/**
 * Stops the application on Ctrl-C and SIGTERM.
 *
 * The readiness check fails at once. Half a second later, the server accepts no connections. It
 * answers the requests in flight and finishes the current batch of the cleanup. Then it closes the
 * pool and stops the database. A second signal changes nothing.
 */
function stopOnSignal(app: NestFastifyApplication, releaseDatabase: () => Promise<void>): void {
  let isStopping = false;
  const stop = async (): Promise<void> => {
    if (isStopping) return;
    isStopping = true;
    setTimeout(() => process.exit(0), STOP_MILLISECONDS).unref();
    app.get(Draining).isDraining = true;
    await sleep(DRAIN_MILLISECONDS);
    await app.close();
    await releaseDatabase();
    process.exit(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      stop().catch(fail);
    });
  }
}

async function urlOf(app: NestFastifyApplication): Promise<string> {
  const url = await app.getUrl();
  return url.replace(/\[::1?\]|127\.0\.0\.1|0\.0\.0\.0/, 'localhost');
}

/** Logs an error, with its stack at the level debug, and ends the process. */
function fail(error: unknown): never {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  for (const line of error instanceof InvalidEnvironment ? error.problems : [message || stack])
    logger.fatal(line);
  logger.debug(stack);
  process.exit(1);
}

// The program that reads our output may end first. A closed pipe must not stop the server.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

try {
  // A logger without settings, because it also logs the errors in the settings.
  Logger.overrideLogger(new AppLogger(createPino({ isProduction: false, logLevel: 'info' })));
  logProcess();
  const environment = readEnvironment();
  const pino = createPino(environment);
  Logger.overrideLogger(new AppLogger(pino));
  await start(environment, pino, process.argv.includes(PREPARE));
} catch (error) {
  fail(error);
}
