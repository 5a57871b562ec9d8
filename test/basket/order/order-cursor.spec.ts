import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { OrderPageDto } from '../../../src/basket/order/order.dto.js';
import type { Client, ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

const ID = randomUUID();
const encode = (text: string) => Buffer.from(text).toString('base64url');

describe('the cursor of a list', () => {
  let shop: Shop;
  let admin: Client;
  let guest: Client;
  let ids: (string | null)[];
  beforeAll(async () => {
    shop = await Shop.open();
    [admin, guest, ids] = [await shop.admin(), shop.guest(), []];
    for (let n = 0; n < 3; n++) {
      await guest.adds(await shop.product());
      ids.push((await guest.sends<BasketDto>('POST', '/api/basket/submit')).body.id);
    }
  });
  afterAll(() => shop.close());

  const lists = () =>
    [
      [guest, '/api/orders'],
      [admin, '/api/admin/orders'],
    ] as const;

  it.each([
    '2026-02-30 10:00:00+00',
    '2025-02-29 10:00:00+00',
    '2026-04-31 10:00:00+00',
    '2026-13-01 10:00:00+00',
    '2026-00-10 10:00:00+00',
    '2026-10-00 10:00:00+00',
    '2026-10-10 24:00:00+00',
    '2026-10-10 24:00:01+00',
    '2026-10-10 10:60:00+00',
    '2026-10-10 10:00:60+00',
    '2026-10-10 10:00:00+16',
    '2026-10-10 10:00:00+23',
    '2026-10-10 10:00:00-23:59',
    '2026-10-10 10:00:00+00:60',
    '2026-10-10 10:00:00.1234567+00',
    '2026-10-10 10:00:00',
    '2026-10-10T10:00:00Z',
    '2026-10-10 10:00:00+00 BC',
    '0000-10-10 10:00:00+00',
    '-001-10-10 10:00:00+00',
    '294277-01-01 00:00:00+00',
    '999999-01-01 00:00:00+00',
    'infinity',
    '-infinity',
    'now',
    'epoch',
    '',
    '\0',
  ])('of orders is refused with the time %j, in every list', async (time) => {
    for (const [client, path] of lists()) {
      const answer = await client.sends<ProblemBody>('GET', `${path}?cursor=${encode(`${time}|${ID}`)}`);
      expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-input']);
      expect(answer.body.errors).toMatchObject([{ field: 'cursor' }]);
    }
  });

  it.each([`${ID}x`, 'x', '', `${ID}|x`, `{${ID}}`, ID.replaceAll('-', '')])(
    'of orders is refused with the id %j',
    async (id) => {
      for (const [client, path] of lists()) {
        const cursor = encode(`2026-10-10 10:00:00+00|${id}`);
        expect((await client.sends('GET', `${path}?cursor=${cursor}`)).status).toBe(400);
      }
    },
  );

  it.each([
    '2024-02-29 23:59:59.999999+00',
    '2026-10-10 10:00:00+05:30',
    '2026-10-10 10:00:00.5-08',
    '2026-10-10 10:00:00+15:59',
    '0001-01-01 00:00:00+15',
  ])('of orders is accepted with the time %j, as PostgreSQL writes it', async (time) => {
    for (const [client, path] of lists()) {
      const cursor = encode(`${time}|${ID}`);
      const { body } = await client.sends<OrderPageDto>('GET', `${path}?cursor=${cursor}`);
      expect(body.orders.map(({ id }) => id)).toEqual(ids);
    }
    const [client, path] = lists()[0];
    const last = encode(`9999-12-31 23:59:59.999999-15:59|${ID}`);
    expect((await client.sends(`GET`, `${path}?cursor=${last}`)).body).toMatchObject({ orders: [] });
  });

  it('of orders is accepted in the format of an earlier version, and continues after the same order', async () => {
    const [first] = await shop.sql<{ time: string }>(
      'SELECT submitted_at::text AS time FROM baskets WHERE id = $1',
      [ids[0]],
    );
    for (const [client, path] of lists()) {
      const cursor = encode(`${first?.time}|${ids[0]}`);
      const { body } = await client.sends<OrderPageDto>('GET', `${path}?cursor=${cursor}`);
      expect(body.orders.map(({ id }) => id)).toEqual(ids.slice(1));
    }
  });

  it.each(['-1', '1.5', '1e3', '0x1', ' 1', '9'.repeat(19), encode('1'), 'infinity', ''])(
    'of cleanup runs is refused as %j',
    async (text) => {
      const path = `/api/admin/cleanup-runs?cursor=${encode(text)}`;
      expect((await admin.sends('GET', path)).status).toBe(400);
    },
  );

  it.each([
    '',
    'x',
    '[]',
    '["a"]',
    '["a",1]',
    '["a\\u0000","b"]',
    '["\\ud800","b"]',
    '{"name":"a","sku":"b"}',
  ])('of products is refused as %j', async (json) => {
    const path = `/api/products?cursor=${encode(json)}`;
    expect((await guest.sends('GET', path)).status).toBe(400);
  });
});
