import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { ProblemBody } from '../support/client.js';
import { DatabaseProxy } from '../support/database-proxy.js';
import { Shop } from '../support/shop.js';

describe('a change whose database answer was lost after the commit', () => {
  let shop: Shop;
  let proxy: DatabaseProxy;
  let remote: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
    proxy = await DatabaseProxy.before(shop.databaseUrl);
    remote = await shop.instance({ DATABASE_URL: proxy.url });
  });
  beforeEach(() => proxy.restore());
  afterAll(async () => {
    proxy.restore();
    await shop.close();
    await proxy.close();
  });

  it.each([
    ['under the lock', { 'If-Match': '*' }, /^COMMIT/],
    ['in a single statement', {}, 1],
  ])(
    '%s gets a problem that it may have been done, and with the same key it is done once',
    async (_way, condition, statement) => {
      const tea = await shop.product();
      const guest = remote.guest();
      await guest.adds(tea);
      const add = () =>
        guest.sends<ProblemBody>(
          'POST',
          '/api/basket/lines',
          { sku: tea.sku, quantity: 1 },
          { 'Idempotency-Key': key, ...condition },
        );
      const key = randomUUID();

      proxy.cutAt(statement, 'answer');
      const { status, headers, body } = await add();
      proxy.restore();

      expect([status, headers.get('retry-after')]).toEqual([503, '2']);
      expect(body.detail).toContain('may have been made');
      expect(body.detail).toContain('same Idempotency-Key');
      expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
      expect((await add()).status).toBe(201);
      expect(await guest.quantities()).toEqual({ [tea.sku]: 2 });
    },
  );
});
