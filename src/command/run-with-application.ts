import { type INestApplicationContext, Logger } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { createCommandLogger } from '../app/app.logger.js';
import { AppModule } from '../app/app.module.js';
import { findDatabase } from '../database/find-database.js';
import { readCommandEnvironment } from '../config/environment.js';

/** Runs the work of a command in the application, without a server and without the schedule. */
export async function runWithApplication<T>(work: (app: INestApplicationContext) => Promise<T>): Promise<T> {
  const environment = readCommandEnvironment();
  const logger = createCommandLogger(environment);
  Logger.overrideLogger(logger);
  const database = await findDatabase(environment);
  try {
    const settings = {
      ...environment,
      databaseUrl: database.url,
      hasDatabaseTimeouts: false,
      cleanupCron: null,
    };
    const app = await NestFactory.createApplicationContext(AppModule.with(settings), {
      logger,
      abortOnError: false,
    });
    try {
      return await work(app);
    } finally {
      await app.close();
    }
  } finally {
    await database.release();
  }
}
