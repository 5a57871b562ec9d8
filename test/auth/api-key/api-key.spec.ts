import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomUUID } from 'node:crypto';
import type { ApiKeyListDto, NewApiKeyDto } from '../../../src/auth/api-key/api-key.dto.js';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

const KEYS = '/api/admin/api-keys';

describe('an API key', () => {
  let shop: Shop;
  let admin: Client;
  beforeAll(async () => {
    shop = await Shop.open();
    admin = await shop.admin();
  });
  beforeEach(() => shop.sql('TRUNCATE api_keys'));
  afterAll(() => shop.close());

  const create = async (...scopes: string[]) =>
    (await admin.sends<NewApiKeyDto>('POST', KEYS, { name: 'Order export', scopes })).body;
  const list = async () => (await admin.sends<ApiKeyListDto>('GET', KEYS)).body.apiKeys;
  const sends = <T = ProblemBody>(key: string, method: string, path: string, body?: object) =>
    shop.guest().sends<T>(method, path, body, { Authorization: `Bearer ${key}` });

  it('is shown once, is listed without itself, and is stored as a hash', async () => {
    const scopes = ['orders:write', 'orders:read'];

    const created = await admin.sends<NewApiKeyDto>('POST', KEYS, { name: 'Order export', scopes });

    expect(created.status).toBe(201);
    expect(created.headers.get('cache-control')).toBe('no-store');
    const { key, ...others } = created.body;
    expect(key).toMatch(/^bk_[\w-]{43}$/);
    expect(others).toEqual({
      id: expect.any(String) as unknown,
      name: 'Order export',
      scopes,
      createdAt: expect.any(String) as unknown,
      lastUsedAt: null,
    });
    expect(await list()).toEqual([others]);
    const hash = createHash('sha256').update(key).digest();
    expect(await shop.sql('SELECT id, key_hash FROM api_keys')).toEqual([{ id: others.id, key_hash: hash }]);
    const [row] = await shop.sql<{ text: string }>('SELECT api_keys::text AS text FROM api_keys');
    expect(row?.text).not.toContain(key.slice(3));
  });

  it.each([
    [{ name: '', scopes: ['orders:read'] }, 'name'],
    [{ name: 'x'.repeat(101), scopes: ['orders:read'] }, 'name'],
    [{ name: 'a\nb', scopes: ['orders:read'] }, 'name'],
    [{ name: 1, scopes: ['orders:read'] }, 'name'],
    [{ scopes: ['orders:read'] }, 'name'],
    [{ name: 'x' }, 'scopes'],
    [{ name: 'x', scopes: [] }, 'scopes'],
    [{ name: 'x', scopes: 'orders:read' }, 'scopes'],
    [{ name: 'x', scopes: ['orders:read', 'orders:read'] }, 'scopes'],
    [{ name: 'x', scopes: ['orders:read', 'orders:delete'] }, 'scopes'],
    [{ name: 'x', scopes: [null] }, 'scopes'],
    [{ name: 'x', scopes: ['orders:read'], key: 'bk_mine' }, 'key'],
  ])('is not created from %j', async (body, field) => {
    const { status, body: problem } = await admin.sends<ProblemBody>('POST', KEYS, body);

    expect([status, problem.type]).toEqual([400, '/problems/invalid-input']);
    expect(problem.errors?.map((error) => error.field)).toEqual([field]);
    expect(await list()).toEqual([]);
  });

  it('has a name of up to 100 characters of any language, and any number of namesakes', async () => {
    const body = { name: '🍵'.repeat(100), scopes: ['orders:read'] };

    const answers = [await admin.sends('POST', KEYS, body), await admin.sends('POST', KEYS, body)];

    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
    expect((await list()).map(({ name }) => name)).toEqual([body.name, body.name]);
  });

  it('is refused by every instance after its revocation, while other keys stay valid', async () => {
    const [revoked, other] = [await create('orders:read'), await create('orders:read')];
    const instance = await shop.instance();
    const read = (at: Shop, key: string) =>
      at
        .guest()
        .sends<ProblemBody>('GET', '/api/admin/orders', undefined, { Authorization: `Bearer ${key}` });
    expect((await read(instance, revoked.key)).status).toBe(200);

    expect((await admin.sends('DELETE', `${KEYS}/${revoked.id}`)).status).toBe(204);

    for (const at of [shop, instance]) {
      const { status, body, headers } = await read(at, revoked.key);
      expect([status, body.type]).toEqual([401, '/problems/invalid-token']);
      expect(headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
      expect((await read(at, other.key)).status).toBe(200);
    }
    expect((await list()).map(({ id }) => id)).toEqual([other.id]);
    const again = await admin.sends<ProblemBody>('DELETE', `${KEYS}/${revoked.id}`);
    expect([again.status, again.body.type]).toEqual([404, '/problems/not-found']);
    expect((await admin.sends('DELETE', `${KEYS}/${randomUUID()}`)).status).toBe(404);
    expect((await admin.sends('DELETE', `${KEYS}/x`)).status).toBe(400);
  });

  it('is managed only by admins', async () => {
    const { id, key } = await create('orders:read', 'baskets:write', 'webhooks:write');
    const customer = shop.guest();
    await customer.logsInAs(await shop.user());
    const requests: [string, string, object?][] = [
      ['POST', KEYS, { name: 'x', scopes: ['orders:read'] }],
      ['GET', KEYS],
      ['DELETE', `${KEYS}/${id}`],
    ];

    for (const [method, path, body] of requests) {
      expect((await shop.guest().sends(method, path, body)).status).toBe(401);
      const answers = [await customer.sends(method, path, body), await sends(key, method, path, body)];
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 403, body: { type: '/problems/forbidden' } });
      }
    }
    expect((await list()).map((one) => one.id)).toEqual([id]);
  });

  it('reads a basket of any visitor and status, with the expiry of a guest', async () => {
    const { key } = await create('baskets:read');
    const tea = await shop.product();
    const [guest, user] = [await shop.guestWith(tea), await shop.userWith(tea)];
    const read = (id: string | null) => sends<BasketDto>(key, 'GET', `/api/admin/baskets/${id}`);
    const [mine, own] = [await guest.basket(), await user.basket()];

    const answer = await read(mine.id);
    expect(answer).toMatchObject({
      status: 200,
      body: { ...mine, expiresAt: expect.any(String) as unknown },
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect((await read(own.id)).body).toEqual(own);
    await guest.sends('POST', '/api/basket/freeze');
    expect((await read(mine.id)).body).toMatchObject({ id: mine.id, status: 'frozen', owner: 'guest' });
    await guest.sends('POST', '/api/basket/submit');
    expect((await read(mine.id)).body).toMatchObject({ status: 'submitted', expiresAt: null });
    expect(await read(randomUUID())).toMatchObject({
      status: 404,
      body: { type: '/problems/unknown-basket' },
    });
    expect((await read('x')).status).toBe(400);
  });
});
