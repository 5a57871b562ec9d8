import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('a repeated request', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE sessions, baskets, products, idempotency_keys CASCADE'));
  afterAll(() => shop.close());

  const withKey = <T = BasketDto>(client: Client, key: string, body: object, path = '/api/basket/lines') =>
    client.sends<T>('POST', path, body, { 'Idempotency-Key': key });

  it('with the same key changes nothing, and gets the first response with the basket as it is now', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    const key = randomUUID();

    const first = await withKey(guest, key, { sku: tea.sku, quantity: 2 });
    await guest.adds(tea, 1);
    const second = await withKey(guest, key, { quantity: 2, sku: tea.sku });

    expect([first.status, second.status]).toEqual([201, 201]);
    expect(second.body).toMatchObject({ version: 2, lines: [{ quantity: 3 }] });
    expect(await shop.count('idempotency_keys')).toBe(1);
  });

  it('with the same key has a header that marks the response as a replay, and no other request has it', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    const paths = ['/api/basket/lines', '/api/basket/freeze', '/api/basket/thaw', '/api/basket/submit'];

    for (const path of paths) {
      const body = path === '/api/basket/lines' ? { sku: tea.sku, quantity: 1 } : {};
      const first = await withKey(guest, path, body, path);
      const again = await withKey(guest, path, body, path);

      expect(again.status).toBe(first.status);
      expect(first.headers.get('idempotency-replayed')).toBeNull();
      expect(again.headers.get('idempotency-replayed')).toBe('true');
    }
    const other = await withKey<ProblemBody>(guest, '/api/basket/lines', { sku: tea.sku, quantity: 2 });
    expect([other.status, other.headers.get('idempotency-replayed')]).toEqual([422, null]);
  });

  it('is done once when it is sent many times in parallel', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await guest.adds(tea);
    const other = await shop.instance();

    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        withKey(guest.tab(n % 2 ? shop.url : other.url), 'once', { sku: tea.sku, quantity: 5 }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual(Array<number>(20).fill(201));
    expect(answers.filter(({ headers }) => headers.has('idempotency-replayed'))).toHaveLength(19);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 6 });
  });

  it('with the same key and another content is refused', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await withKey(guest, 'key', { sku: tea.sku, quantity: 2 });

    const other = await withKey<ProblemBody>(guest, 'key', { sku: tea.sku, quantity: 3 });
    const elsewhere = await withKey<ProblemBody>(guest, 'key', {}, '/api/basket/submit');

    for (const { status, body } of [other, elsewhere]) {
      expect([status, body.type]).toEqual([422, '/problems/idempotency-key-reused']);
    }
    expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
  });

  it('with a key that another visitor used is a separate request', async () => {
    const tea = await shop.product();
    const [one, two] = [shop.guest(), shop.guest()];

    await withKey(one, 'key', { sku: tea.sku, quantity: 2 });
    await withKey(two, 'key', { sku: tea.sku, quantity: 3 });

    expect(await two.quantities()).toEqual({ [tea.sku]: 3 });
  });

  it('is recognized after a login, even when the user has used the key before', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const [guest, user] = [shop.guest(), shop.guest()];
    await user.logsInAs(ada);
    await withKey(user, 'both', { sku: tea.sku, quantity: 1 });
    await withKey(guest, 'mine', { sku: tea.sku, quantity: 4 });
    await withKey(guest, 'both', { sku: tea.sku, quantity: 2 });

    await guest.logsInAs(ada);
    const again = await withKey(guest, 'mine', { sku: tea.sku, quantity: 4 });
    const both = await withKey(guest, 'both', { sku: tea.sku, quantity: 2 });

    expect([again.status, both.status]).toEqual([201, 201]);
    expect(again.body.lines).toMatchObject([{ sku: tea.sku, quantity: 6 }]);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 6 });
  });

  it('is done after a failure, because a failed request leaves no key', async () => {
    const tea = await shop.product({ stock: 1 });
    const guest = shop.guest();
    await guest.adds(await shop.product());
    expect((await withKey(guest, 'key', { sku: tea.sku, quantity: 2 })).status).toBe(409);
    expect(await shop.count('idempotency_keys')).toBe(0);

    await shop.sql('UPDATE products SET stock = 2');
    expect((await withKey(guest, 'key', { sku: tea.sku, quantity: 2 })).status).toBe(201);
  });

  it('submits once, and returns the same order', async () => {
    const tea = await shop.product({ stock: 10 });
    const guest = shop.guest();
    await guest.adds(tea, 3);

    const first = await withKey(guest, 'key', {}, '/api/basket/submit');
    const again = await withKey(guest, 'key', {}, '/api/basket/submit');

    expect(again).toMatchObject({ status: 200, body: { id: first.body.id, status: 'submitted' } });
    expect(again.body).toEqual(first.body);
    expect(await shop.sql('SELECT stock FROM products')).toEqual([{ stock: 7 }]);
  });

  it('for a deleted order gets 404, and not the present basket', async () => {
    const tea = await shop.product({ stock: 10 });
    const guest = shop.guest();
    await guest.adds(tea, 3);
    const { body: order } = await withKey(guest, 'key', {}, '/api/basket/submit');
    await shop.sql('DELETE FROM baskets WHERE id = $1', [order.id]);
    await guest.adds(tea, 1);

    const again = await withKey<ProblemBody>(guest, 'key', {}, '/api/basket/submit');

    expect([again.status, again.body.type]).toEqual([404, '/problems/unknown-order']);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 1 });
  });

  it('after 24 hours is a new request, and its old key is cleaned up', async () => {
    const tea = await shop.product();
    const guest = shop.guest();
    await withKey(guest, 'key', { sku: tea.sku, quantity: 1 });
    await withKey(guest, 'other', { sku: tea.sku, quantity: 1 });
    await shop.sql(`UPDATE idempotency_keys SET created_at = now() - interval '24 hours'`);

    await withKey(guest, 'key', { sku: tea.sku, quantity: 2 });

    expect(await guest.quantities()).toEqual({ [tea.sku]: 4 });
    await shop.removeExpired();
    expect(await shop.sql('SELECT key FROM idempotency_keys')).toEqual([{ key: 'key' }]);
  });

  it.each(['', ' ', 'x'.repeat(256)])('with the key %j is refused', async (key) => {
    const tea = await shop.product();
    const guest = shop.guest();

    const { status, body } = await withKey<ProblemBody>(guest, key, { sku: tea.sku, quantity: 1 });

    expect([status, body.errors?.[0]?.field]).toEqual([400, 'Idempotency-Key']);
    expect(guest.sessionId).toBeUndefined();
  });

  describe('with If-Match', () => {
    const ifMatch = (
      client: Client,
      tag: string,
      path = '/api/basket/lines',
      method = 'POST',
      body?: object,
    ) => client.sends<ProblemBody>(method, path, body, { 'If-Match': tag });

    it('is done when the basket has the version that the shopper saw', async () => {
      const tea = await shop.product();
      const body = { sku: tea.sku, quantity: 1 };
      const guest = shop.guest();

      expect((await ifMatch(guest, '"none"', undefined, undefined, body)).status).toBe(201);
      const tag = String((await guest.sends('GET', '/api/basket')).headers.get('etag'));
      expect((await ifMatch(guest, `W/${tag}`, undefined, undefined, body)).status).toBe(201);
      expect((await ifMatch(guest, `"x", *`, undefined, undefined, body)).status).toBe(201);
    });

    it('is refused with the present basket when the version differs', async () => {
      const tea = await shop.product();
      const guest = shop.guest();
      const { id } = await guest.adds(tea);
      await guest.adds(tea);
      const stale = `"${id}.1"`;

      const answers = await Promise.all([
        ifMatch(guest, stale, '/api/basket/lines', 'POST', { sku: tea.sku, quantity: 1 }),
        ifMatch(guest, stale, `/api/basket/lines/${tea.sku}`, 'PUT', { quantity: 9 }),
        ifMatch(guest, stale, `/api/basket/lines/${tea.sku}`, 'DELETE'),
        ifMatch(guest, stale, '/api/basket', 'DELETE'),
        ifMatch(guest, '"none"', '/api/basket/freeze'),
        ifMatch(guest, stale, '/api/basket/submit'),
      ]);

      for (const { status, body, headers } of answers) {
        expect([status, body.type]).toEqual([412, '/problems/precondition-failed']);
        expect(body.basket).toMatchObject({ id, version: 2, lines: [{ quantity: 2 }] });
        expect(headers.get('etag')).toBe(`"${id}.2"`);
      }
      expect((await ifMatch(shop.guest(), '*', '/api/basket', 'DELETE')).status).toBe(412);
      expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
    });

    it('succeeds for one of many parallel requests', async () => {
      const tea = await shop.product();
      const guest = shop.guest();
      const { id } = await guest.adds(tea);

      const answers = await Promise.all(
        Array.from({ length: 10 }, () =>
          ifMatch(guest.tab(), `"${id}.1"`, `/api/basket/lines/${tea.sku}`, 'PUT', { quantity: 5 }),
        ),
      );

      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(answers.filter(({ status }) => status === 412)).toHaveLength(9);
    });
  });
});
