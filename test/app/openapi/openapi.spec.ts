import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildOpenApiDocument } from '../../../src/app/openapi/build-openapi-document.js';
import { SessionCookie } from '../../../src/session/request/session-cookie.js';
import { Shop } from '../../support/shop.js';

const documentOf = ({ app }: Shop) => buildOpenApiDocument(app, app.get(SessionCookie).name);

interface Operation {
  summary?: string;
  operationId: string;
  responses: Record<string, { description?: string; content?: Record<string, { schema?: object }> }>;
}

describe('the OpenAPI document', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const operations = (): [string, Operation][] =>
    Object.entries(documentOf(shop).paths).flatMap(([path, methods]) =>
      Object.entries(methods as Record<string, Operation>).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    );

  it('equals the committed file (npm run openapi writes it)', async () => {
    const committed = await readFile(join(import.meta.dirname, '../../../openapi.json'), 'utf8');

    expect(JSON.parse(committed)).toEqual(JSON.parse(JSON.stringify(documentOf(shop))));
  });

  it('matches the types that the pages are compiled against', async () => {
    const folder = join(import.meta.dirname, '../../..');
    const [program, types] = ['node_modules/openapi-typescript/bin/cli.js', 'web/src/api/schema.d.ts'];

    // The command fails when the file differs.
    const check = promisify(execFile)(process.execPath, [program, 'openapi.json', '-o', types, '--check'], {
      cwd: folder,
    });

    await expect(check).resolves.toBeDefined();
  });

  it('is served together with its explorer', async () => {
    const served = await shop.guest().sends<{ openapi: string }>('GET', '/api/openapi.json');
    const explorer = await shop.guest().sends<string>('GET', '/api/docs');

    expect(served.body.openapi).toMatch(/^3\./);
    expect(explorer.status).toBe(200);
    expect(explorer.body).toContain('Basketkeeper');
  });

  it('describes what every operation does, and every response with its schema', () => {
    const poor = operations().filter(([, { summary, responses }]) => {
      const answers = Object.entries(responses);
      const isComplete = answers.every(
        ([status, { content }]) =>
          status === '204' || Object.values(content ?? {}).every(({ schema }) => schema),
      );
      return !summary || !isComplete || !answers.some(([status]) => status.startsWith('2'));
    });

    expect(operations().length).toBeGreaterThan(12);
    expect(poor.map(([name]) => name)).toEqual([]);
  });

  it('describes the response to an invalid body for every change', () => {
    const changes = operations().filter(([name]) => !name.startsWith('get '));
    const silent = changes.filter(
      ([, { responses }]) => !['400', '413', '415'].every((status) => responses[status]),
    );

    expect(changes.length).toBeGreaterThan(10);
    expect(silent.map(([name]) => name)).toEqual([]);
  });

  it('describes each way to authenticate', () => {
    expect(documentOf(shop).components?.securitySchemes).toMatchObject({
      bearer: { type: 'http', scheme: 'bearer' },
      apiKey: { type: 'http', scheme: 'bearer', bearerFormat: 'bk_…' },
      session: { type: 'apiKey', in: 'cookie', name: 'sid' },
    });
  });

  it('names the cookie as in production', async () => {
    const secrets = { SESSION_SECRET: 's'.repeat(32), JWT_SECRET: 'j'.repeat(32) };
    const production = await shop.instance({ NODE_ENV: 'production', ...secrets });

    const { body } = await production.guest().sends('GET', '/api/openapi.json');

    expect(body).toMatchObject({ components: { securitySchemes: { session: { name: '__Host-sid' } } } });
  });
});
