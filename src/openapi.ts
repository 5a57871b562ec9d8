import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ProblemDto } from './problem/problem.dto.js';

const DESCRIPTION = `
Keeps shoppers' baskets. A guest fills one without logging in; it lives as long as the session and is the user's,
or merged into the user's, after a login.

Errors are \`application/problem+json\` (RFC 9457): \`type\` says which one, \`detail\` what to do about it.

A request is a user's by a Bearer token, else by the session's cookie, else it is a guest's.`;

export function buildOpenApiDocument(app: INestApplication): OpenAPIObject {
  const config = new DocumentBuilder()
    .setOpenAPIVersion('3.1.0')
    .setTitle('Basketkeeper')
    .setDescription(DESCRIPTION.trim())
    .setVersion('1')
    .setLicense('MIT', 'https://opensource.org/license/mit')
    .addServer('/')
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' }, 'bearer')
    .addCookieAuth('sid', { type: 'apiKey', in: 'cookie', name: 'sid' }, 'session')
    .addTag('products', 'What the shop sells')
    .addTag('basket', "The visitor's one basket")
    .addTag('orders', 'Submitted baskets')
    .addTag('auth', 'Users and their sessions')
    .addTag('admin', "For the shop's own people and back end")
    .addTag('operations', 'For whoever runs it')
    .build();
  return SwaggerModule.createDocument(app, config, {
    extraModels: [ProblemDto],
    operationIdFactory: (_controller, method) => method,
  });
}
