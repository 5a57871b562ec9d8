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

  it('is sent as application/problem+json, with the request id of the header', async () => {
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

  interface Case {
    method?: string;
    path?: string;
    body?: string;
    headers?: Record<string, string>;
  }
  it.each<[what: string, answer: string, request: Case]>([
    ['an unknown method', '405 method-not-allowed', { method: 'PATCH', path: '/api/basket' }],
    ['malformed JSON', '400 malformed-json', { body: '{"sku": ' }],
    ['a body that is no object', '400 invalid-input', { body: '[]' }],
    ['no body', '400 invalid-input', { headers: {} }],
    ['a body too large', '413 body-too-large', { body: `{"sku":"${'x'.repeat(20_000)}"}` }],
    [
      'a form',
      '415 unsupported-media-type',
      { body: 'sku=x', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ],
    ['plain text', '415 unsupported-media-type', { body: '{}', headers: { 'Content-Type': 'text/plain' } }],
    [
      'an unknown charset',
      '415 unsupported-media-type',
      { body: '{}', headers: { 'Content-Type': 'application/json; charset=x' } },
    ],
    [
      'an unknown encoding',
      '415 unsupported-media-type',
      { body: '{}', headers: { ...json, 'Content-Encoding': 'x' } },
    ],
    ['an undecodable path', '400 invalid-input', { method: 'DELETE', path: `${lines}/%ff`, headers: {} }],
    [
      'a sku with NUL in the path',
      '400 invalid-input',
      { method: 'DELETE', path: `${lines}/%00`, headers: {} },
    ],
  ])(
    'responds to %s with %s',
    async (_, expected, { method = 'POST', path = lines, body, headers = json }) => {
      const answer = await shop.guest().sends<ProblemBody>(method, path, body, headers);

      expect(`${answer.status} ${answer.body.type}`).toBe(expected.replace(' ', ' /problems/'));
      expect(answer.headers.getSetCookie()).toEqual([]);
    },
  );

  it('names every invalid field', async () => {
    const { body } = await shop.guest().sends<ProblemBody>('POST', lines, { quantity: 'x', price: 1 });

    expect(body.errors?.map(({ field }) => field).sort()).toEqual(['price', 'quantity', 'sku']);
  });

  it('contains no detail that belongs only into the log', async () => {
    await shop.sql('ALTER TABLE products RENAME TO elsewhere');
    const { status, body } = await shop.guest().sends<ProblemBody>('GET', '/api/products');
    await shop.sql('ALTER TABLE elsewhere RENAME TO products');

    expect(status).toBe(500);
    expect(body.type).toBe('/problems/internal-error');
    expect(JSON.stringify(body)).not.toMatch(/relation|does not exist|\.js|\.ts/);
  });

  it('is a 503 while the database is unavailable, and requests work again when it is back', async () => {
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
