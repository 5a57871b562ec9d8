import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually } from '../support/eventually.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { type ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

describe('a problem', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const json = { 'Content-Type': 'application/json' };
  const lines = '/api/basket/lines';

  it('is said in application/problem+json, with the request id that is in the header too', async () => {
    const { status, headers, body } = await shop.guest().sends<ProblemBody>('GET', '/api/nowhere?secret=1');

    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(body).toEqual({
      type: '/problems/not-found',
      title: 'Not found',
      status: 404,
      detail: expect.any(String) as unknown,
      instance: '/api/nowhere',
      requestId: headers.get('x-request-id'),
    });
  });

  it.each<[string, string, string, string | undefined, Record<string, string>, number, string]>([
    ['an unknown method', 'PATCH', '/api/basket', undefined, {}, 404, 'not-found'],
    ['malformed JSON', 'POST', lines, '{"sku": ', json, 400, 'malformed-json'],
    ['a body that is no object', 'POST', lines, '[]', json, 400, 'invalid-input'],
    ['no body', 'POST', lines, undefined, {}, 400, 'invalid-input'],
    ['a body too large', 'POST', lines, `{"sku":"${'x'.repeat(20_000)}"}`, json, 413, 'body-too-large'],
    [
      'a form',
      'POST',
      lines,
      'sku=x&quantity=1',
      { 'Content-Type': 'application/x-www-form-urlencoded' },
      415,
      'unsupported-media-type',
    ],
    [
      'plain text',
      'PUT',
      `${lines}/x`,
      '{}',
      { 'Content-Type': 'text/plain' },
      415,
      'unsupported-media-type',
    ],
    [
      'an unknown charset',
      'POST',
      lines,
      '{}',
      { 'Content-Type': 'application/json; charset=x' },
      415,
      'unsupported-media-type',
    ],
    [
      'an unknown encoding',
      'POST',
      lines,
      '{}',
      { ...json, 'Content-Encoding': 'x' },
      415,
      'unsupported-media-type',
    ],
    ['a path that can not be decoded', 'DELETE', `${lines}/%ff`, undefined, {}, 400, 'invalid-input'],
    ['a sku with NUL in the path', 'DELETE', `${lines}/%00`, undefined, {}, 400, 'invalid-input'],
  ])('answers %s', async (_, method, path, body, headers, status, type) => {
    const answer = await shop.guest().sends<ProblemBody>(method, path, body, headers);

    expect([answer.status, answer.body.type]).toEqual([status, `/problems/${type}`]);
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  it('names every field that is wrong', async () => {
    const { body } = await shop.guest().sends<ProblemBody>('POST', lines, { quantity: 'x', price: 1 });

    expect(body.errors?.map(({ field }) => field).sort()).toEqual(['price', 'quantity', 'sku']);
  });

  it('does not tell what only the log should know', async () => {
    await shop.sql('ALTER TABLE products RENAME TO elsewhere');
    const { status, body } = await shop.guest().sends<ProblemBody>('GET', '/api/products');
    await shop.sql('ALTER TABLE elsewhere RENAME TO products');

    expect(status).toBe(500);
    expect(body.type).toBe('/problems/internal-error');
    expect(JSON.stringify(body)).not.toMatch(/relation|does not exist|\.js|\.ts/);
  });

  it('is a 503 while the database is away, and all is well when it is back', async () => {
    const proxy = await DatabaseProxy.before(shop.databaseUrl);
    const remote = await shop.instance({ DATABASE_URL: proxy.url });
    const tea = await shop.product();
    const ada = await shop.user();
    const guest = remote.guest();
    await guest.adds(tea, 2);
    proxy.cut();

    const answers = await Promise.all([
      guest.sends<ProblemBody>('GET', '/api/basket'),
      guest.sends<ProblemBody>('POST', lines, { sku: tea.sku, quantity: 1 }),
      guest.sends<ProblemBody>('POST', '/api/auth/login', { email: ada.email, password: ada.password }),
      guest.sends<ProblemBody>('POST', '/api/auth/logout'),
      remote.guest().sends<ProblemBody>('GET', '/api/products'),
      remote.guest().sends<ProblemBody>('GET', '/api/health/ready'),
    ]);

    for (const { status, body, headers } of answers) {
      expect([status, body.type]).toEqual([503, '/problems/database-unavailable']);
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      expect(headers.getSetCookie()).toEqual([]);
    }
    expect((await remote.guest().sends('GET', '/api/health/live')).status).toBe(200);
    proxy.restore();
    await eventually(async () => (await guest.sends('GET', '/api/health/ready')).status === 200);
    await guest.adds(tea, 1);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 3 });
    await remote.app.close();
    await proxy.close();
  });
});
