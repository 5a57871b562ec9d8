import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import { isMetadata } from '../../src/basket/metadata.js';
import type { OrderDto } from '../../src/basket/order/order.dto.js';
import type { Answer, Client, ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

const NOTE = { giftNote: 'For Ada\n', campaign: { id: 7, tags: ['a', null, true] } };

describe('the metadata of a basket', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    await shop.product({ sku: 'TEA', unitPriceMinor: 450 });
  });
  afterAll(() => shop.close());

  const set = <T = BasketDto>(client: Client, metadata: unknown, headers = {}): Promise<Answer<T>> =>
    client.sends<T>('PUT', '/api/basket/metadata', { metadata }, headers);
  const setById = <T = BasketDto>(client: Client, id: string, metadata: unknown) =>
    client.sends<T>('PUT', `/api/admin/baskets/${id}/metadata`, { metadata });
  const guestWithTea = async (): Promise<Client> => {
    const guest = shop.guest();
    await guest.adds({ sku: 'TEA' });
    return guest;
  };

  it('is {} at first, and a PUT replaces it as one change of the basket', async () => {
    const guest = await guestWithTea();
    const before = await guest.basket();

    const { status, body, headers } = await set(guest, NOTE);
    const replaced = await set(guest, { contact: '7' });

    expect(before.metadata).toEqual({});
    expect(status).toBe(200);
    expect(body).toEqual({ ...before, version: 2, metadata: NOTE, expiresAt: body.expiresAt });
    expect(headers.get('etag')).toBe(`"${body.id}.2"`);
    expect(replaced.body).toMatchObject({ version: 3, metadata: { contact: '7' } });
    expect((await guest.basket()).metadata).toEqual({ contact: '7' });
    expect((await set(guest, {})).body.metadata).toEqual({});
  });

  it('stays through changes, freeze and submit, and is in the order, its lists and the export', async () => {
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    await user.adds({ sku: 'TEA' });
    await set(user, NOTE);

    const added = await user.adds({ sku: 'TEA' });
    const open = await user.sends('GET', '/api/auth/me/export');
    const frozen = await user.sends('POST', '/api/basket/freeze');
    const order = await user.sends<OrderDto>('POST', '/api/basket/submit');
    const own = await user.sends('GET', `/api/orders/${order.body.id}`);
    const all = await (await shop.admin()).sends('GET', '/api/admin/orders');

    expect(added.metadata).toEqual(NOTE);
    expect(open.body).toMatchObject({ basket: { metadata: NOTE } });
    for (const { body } of [frozen, order, own]) expect(body).toMatchObject({ metadata: NOTE });
    expect(all.body).toMatchObject({ orders: [{ metadata: NOTE }] });
    expect((await user.sends('GET', '/api/auth/me/export')).body).toMatchObject({
      basket: null,
      orders: [{ metadata: NOTE }],
    });
  });

  it("is removed from a user's orders when the user is erased", async () => {
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    await user.adds({ sku: 'TEA' });
    await set(user, NOTE);
    await user.sends('POST', '/api/basket/submit');

    await user.sends('DELETE', '/api/auth/me');

    expect(await shop.sql('SELECT status, owner_id, metadata FROM baskets')).toEqual([
      { status: 'submitted', owner_id: null, metadata: {} },
    ]);
  });

  it('needs an open basket, and the version of If-Match', async () => {
    const guest = await guestWithTea();
    const stale = await set<ProblemBody>(guest, NOTE, { 'If-Match': '"old"' });
    const { etag } = { etag: String((await guest.sends('GET', '/api/basket')).headers.get('etag')) };
    const current = await set(guest, NOTE, { 'If-Match': etag });
    await guest.sends('POST', '/api/basket/freeze');

    const frozen = await set<ProblemBody>(guest, { other: 1 });
    const none = await set<ProblemBody>(shop.guest(), NOTE);

    expect([stale.status, current.status]).toEqual([412, 200]);
    expect([frozen.status, frozen.body.type]).toEqual([409, '/problems/basket-frozen']);
    expect([none.status, none.body.type]).toEqual([409, '/problems/empty-basket']);
    expect((await guest.basket()).metadata).toEqual(NOTE);
    expect(await shop.count('sessions')).toBe(1);
  });

  it.each<[string, unknown]>([
    ['no body', undefined],
    ['no object', {}],
    ['null', { metadata: null }],
    ['an array', { metadata: [] }],
    ['a text', { metadata: 'note' }],
    ['another member', { metadata: {}, note: 1 }],
    ['four levels', { metadata: { a: { b: { c: {} } } } }],
    ['U+0000', { metadata: { a: { b: ['\0'] } } }],
    ['a name with U+0000', { metadata: { a: { '\0': 1 } } }],
    ['half a surrogate pair', '{"metadata":{"a":"\\ud800"}}'],
    ['half a surrogate pair in a name', '{"metadata":{"a":{"\\udc00":1}}}'],
    ['an infinite number', '{"metadata":{"a":[1e999]}}'],
    ['more than 4 kB', { metadata: { a: 'é'.repeat(2_045) } }],
    ['a poisoned prototype', '{"metadata":{"__proto__":{}}}'],
  ])('is refused with %s', async (_, body) => {
    const guest = await guestWithTea();
    const admin = await shop.admin();
    const { id } = await guest.basket();
    const headers = { 'Content-Type': 'application/json' };

    for (const [client, path] of [
      [guest, '/api/basket/metadata'],
      [admin, `/api/admin/baskets/${id}/metadata`],
    ] as const) {
      const answer = await client.sends<ProblemBody>('PUT', path, body, body === undefined ? {} : headers);
      expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-input']);
    }
    expect(await guest.basket()).toMatchObject({ version: 1, metadata: {} });
  });

  it('may have members with any name, and exactly 4 kB', async () => {
    const guest = await guestWithTea();
    const odd = {
      constructor: { prototype: 'x' },
      then: 1,
      toString: [],
      length: 0,
      '': '\ud83d\ude00',
      a: 1e21,
    };
    const full = { a: 'é'.repeat(2_044) };

    expect(Buffer.byteLength(JSON.stringify(full))).toBe(4_096);
    for (const metadata of [odd, full]) {
      expect((await set(guest, metadata)).body.metadata).toEqual(metadata);
      expect((await guest.basket()).metadata).toEqual(metadata);
    }
  });

  it('counts a number as PostgreSQL writes it', () => {
    expect(isMetadata({ a: 1e308, b: 1e-300 })).toBe(true);
    expect(isMetadata({ a: Array<number>(14).fill(1e308) })).toBe(false);
    expect(isMetadata({ a: Array<number>(14).fill(-1e-300) })).toBe(false);
  });

  it('of an open basket can be set by an admin', async () => {
    const admin = await shop.admin();
    const guest = await guestWithTea();
    const user = shop.guest();
    await user.logsInAs(await shop.user());
    await user.adds({ sku: 'TEA' });

    for (const client of [guest, user]) {
      const { id } = await client.basket();
      expect((await setById(admin, String(id), NOTE)).body).toMatchObject({ id, version: 2, metadata: NOTE });
      expect(await client.basket()).toMatchObject({ version: 2, metadata: NOTE });
    }
  });

  it('of a frozen basket, an order or an unknown basket is refused to an admin', async () => {
    const admin = await shop.admin();
    const guest = await guestWithTea();
    const { id } = await guest.basket();
    await guest.sends('POST', '/api/basket/freeze');
    const frozen = await setById<ProblemBody>(admin, String(id), NOTE);
    await guest.sends('POST', '/api/basket/submit');
    const order = await setById<ProblemBody>(admin, String(id), NOTE);
    const unknown = await setById<ProblemBody>(admin, randomUUID(), NOTE);

    expect([frozen.status, frozen.body.type]).toEqual([409, '/problems/basket-frozen']);
    for (const { status, body } of [order, unknown])
      expect([status, body.type]).toEqual([404, '/problems/unknown-basket']);
    expect((await setById(admin, 'x', NOTE)).status).toBe(400);
    expect((await setById(guest, String(id), NOTE)).status).toBe(401);
    expect(await shop.sql('SELECT metadata FROM baskets')).toEqual([{ metadata: {} }]);
  });
});
