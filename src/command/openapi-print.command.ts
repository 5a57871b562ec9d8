import type { Command } from 'commander';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AppModule } from '../app/app.module.js';
import { readEnvironment } from '../config/environment.js';
import { buildOpenApiDocument } from '../app/openapi/build-openapi-document.js';
import { SessionCookie } from '../session/request/session-cookie.js';

export function addOpenApiPrint(program: Command): void {
  program
    .command('openapi:print')
    .description('print the OpenAPI document; needs no database')
    .action(async () => {
      // Preview: Nest reads the modules and creates no providers.
      const environment = readEnvironment({});
      const app = await NestFactory.create(AppModule.with(environment), new FastifyAdapter(), {
        preview: true,
        logger: false,
      });
      const document = buildOpenApiDocument(app, new SessionCookie(environment).name);
      process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
    });
}
