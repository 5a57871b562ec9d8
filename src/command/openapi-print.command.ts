import type { Command } from 'commander';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from '../app.module.js';
import { readEnvironment } from '../environment.js';
import { buildOpenApiDocument } from '../openapi.js';

export function addOpenApiPrint(program: Command): void {
  program
    .command('openapi:print')
    .description('print the OpenAPI document; needs no database')
    .action(async () => {
      // Preview: the modules are read, nothing is made.
      const app = await NestFactory.create(AppModule.with(readEnvironment({})), new FastifyAdapter(), {
        preview: true,
        logger: false,
      });
      process.stdout.write(`${JSON.stringify(buildOpenApiDocument(app), null, 2)}\n`);
    });
}
