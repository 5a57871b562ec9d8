import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import { Shop } from '../../support/shop.js';

describe('the stored data of a user', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE users, sessions, baskets, idempotency_keys CASCADE'));
  afterAll(() => shop.close());

  const shopper = async () => {
    const user = await shop.user();
    const client = shop.guest();
    const { accessToken } = await client.logsInAs(user);
    await client.adds(await shop.product());
    const { body } = await client.sends<{ id: string }>(
      'POST',
      '/api/basket/submit',
      {},
      { 'Idempotency-Key': 'key' },
    );
    const basket = await client.adds(await shop.product(), 3);
    const guest = await shop.guestWith(await shop.product());
    const frozen = await guest.sends<BasketDto>('POST', '/api/basket/freeze');
    await guest.logsInAs(user);
    await shop.sql(`UPDATE baskets SET metadata = '{"note": "mine"}' WHERE owner_id = $1`, [user.id]);
    return { user, client, accessToken, orderId: body.id, basket, frozenId: frozen.body.id };
  };

  it('is exported to the user without secrets', async () => {
    const { user, client, orderId, basket, frozenId } = await shopper();

    const { status, body } = await client.sends('GET', '/api/auth/me/export');

    expect(status).toBe(200);
    expect(body).toMatchObject({
      user: { id: user.id, email: user.email },
      sessions: [{ createdAt: expect.any(String) as unknown }, {}],
      basket: { id: basket.id, lines: [{ quantity: 3 }], metadata: { note: 'mine' } },
      frozenBaskets: [
        { id: frozenId, status: 'frozen', lines: [{ quantity: 1 }], metadata: { note: 'mine' } },
      ],
      orders: [{ id: orderId, status: 'submitted', metadata: { note: 'mine' } }],
      idempotencyKeys: [{ key: 'key', status: 200 }],
    });
    expect(JSON.stringify(body)).not.toContain('argon2');
    expect(JSON.stringify(body)).not.toContain(client.sessionId);
    expect((await shop.guest().sends('GET', '/api/auth/me/export')).status).toBe(401);
  });

  it('is erased with the user, but orders and frozen baskets stay without an owner and metadata', async () => {
    const { user, client, accessToken, orderId, frozenId } = await shopper();
    const bob = await shopper();

    expect((await client.sends('DELETE', '/api/auth/me')).status).toBe(204);

    expect(client.carriedCookie).toBeUndefined();
    expect(await shop.count('users', `id = '${user.id}'`)).toBe(0);
    expect(await shop.count('sessions', `user_id = '${user.id}'`)).toBe(0);
    expect(
      await shop.sql(
        'SELECT status, owner_id, submitted_session_id, metadata FROM baskets WHERE id IN ($1, $2) ORDER BY status',
        [orderId, frozenId],
      ),
    ).toEqual([
      { status: 'frozen', owner_id: null, submitted_session_id: null, metadata: {} },
      { status: 'submitted', owner_id: null, submitted_session_id: null, metadata: {} },
    ]);
    expect(await shop.count('idempotency_keys')).toBe(1);
    expect(await shop.count('baskets')).toBe(5);
    expect(Object.values(await shop.basketOf(bob.user))).toEqual([3]);
    const headers = { Authorization: `Bearer ${accessToken}` };
    expect((await shop.guest().sends('DELETE', '/api/auth/me', undefined, headers)).status).toBe(401);
    expect((await shop.guest().sends('DELETE', '/api/auth/me')).status).toBe(401);
    const again = await shop
      .guest()
      .sends('POST', '/api/auth/login', { email: user.email, password: user.password });
    expect(again.status).toBe(401);
  });
});
