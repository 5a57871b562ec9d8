import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { Product } from '../../../src/catalogue/product.entity.js';
import { Shop } from '../../support/shop.js';

/** A line of a report. */
const line = ({ sku }: Product, guestQuantity: number, userQuantity: number, quantity: number) => ({
  id: sku,
  sku,
  attributes: {},
  guestQuantity,
  userQuantity,
  quantity,
  notice: null,
});

describe('a basket at login', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it("becomes the user's basket unchanged when the user has none", async () => {
    const tea = await shop.product({ unitPriceMinor: 430 });
    const ada = await shop.user();
    const guest = shop.guest();
    const { id } = await guest.adds(tea, 3);

    const { basket: report } = await guest.logsInAs(ada);

    expect(report).toEqual({
      outcome: 'assigned',
      strategy: 'max',
      paymentUnderWay: false,
      lines: [line(tea, 3, 0, 3)],
    });
    expect(await guest.basket()).toMatchObject({
      id,
      owner: 'user',
      version: 2,
      expiresAt: null,
      lines: [{ sku: tea.sku, quantity: 3, unitPriceMinorWhenAdded: 430 }],
    });
    expect(await shop.guestBaskets()).toBe(0);
  });

  it('keeps the larger quantity of a product that both baskets hold', async () => {
    const [tea, cup, pot] = [await shop.product(), await shop.product(), await shop.product()];
    const ada = await shop.user({
      basket: [
        [tea, 1],
        [pot, 1],
      ],
    });
    const bob = await shop.user({ basket: [[tea, 7]] });
    const guest = shop.guest();
    await guest.adds(tea, 3);
    await guest.adds(cup, 2);

    const { basket: report } = await guest.logsInAs(ada);

    expect(report).toEqual({
      outcome: 'merged',
      strategy: 'max',
      paymentUnderWay: false,
      lines: [line(tea, 3, 1, 3), line(pot, 0, 1, 1), line(cup, 2, 0, 2)],
    });
    expect(await guest.quantities()).toEqual({ [tea.sku]: 3, [pot.sku]: 1, [cup.sku]: 2 });
    expect(await shop.basketOf(bob)).toEqual({ [tea.sku]: 7 });
    expect(await shop.guestBaskets()).toBe(0);
    expect(await shop.orphans()).toBe(0);
  });

  it('keeps the line of a product whose sku is the id of another line', async () => {
    const cup = await shop.product();
    const guest = shop.guest();
    const request = { sku: cup.sku, quantity: 2, attributes: { engraving: 'For Ada' } };
    const { body } = await guest.sends<BasketDto>('POST', '/api/basket/lines', request);
    const odd = await shop.product({ sku: String(body.lines[0]?.id) });
    await guest.adds(odd, 3);
    const ada = await shop.user({ basket: [[odd, 1]] });

    await guest.logsInAs(ada);

    expect(await shop.basketOf(ada)).toEqual({ [cup.sku]: 2, [odd.sku]: 3 });
  });

  it('stays unchanged when the login fails, and the guest can try again', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const guest = shop.guest();
    const before = await guest.adds(tea, 3);
    const cookie = guest.carriedCookie;

    const wrong = await guest.sends('POST', '/api/auth/login', {
      ...ada,
      id: undefined,
      password: 'wrong password',
    });

    expect(wrong).toMatchObject({ status: 401, body: { type: '/problems/invalid-credentials' } });
    expect(guest.carriedCookie).toBe(cookie);
    expect((await guest.basket()).lines).toEqual(before.lines);
    expect((await guest.logsInAs(ada)).basket.outcome).toBe('assigned');
  });

  it('stays unchanged when its handler fails: no login, no new session, no cookie', async () => {
    const tea = await shop.product();
    const ada = await shop.user({ basket: [[tea, 1]] });
    const guest = shop.guest();
    await guest.adds(tea, 3);
    const cookie = guest.carriedCookie;
    const sessions = await shop.count('sessions');
    await shop.sql(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END'`);
    await shop.sql('CREATE TRIGGER refuse BEFORE UPDATE ON baskets FOR EACH ROW EXECUTE FUNCTION refuse()');

    const failed = await guest.sends('POST', '/api/auth/login', { email: ada.email, password: ada.password });
    await shop.sql('DROP FUNCTION refuse CASCADE');

    expect(failed).toMatchObject({ status: 500, body: { type: '/problems/internal-error' } });
    expect(failed.headers.getSetCookie()).toEqual([]);
    expect(guest.carriedCookie).toBe(cookie);
    expect(await shop.count('sessions')).toBe(sessions);
    expect(await guest.quantities()).toEqual({ [tea.sku]: 3 });
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 1 });
    expect((await guest.logsInAs(ada)).basket.outcome).toBe('merged');
  });

  it('is not created by the login of a guest without one', async () => {
    const ada = await shop.user();

    expect((await shop.guest().logsInAs(ada)).basket).toEqual({
      outcome: 'none',
      strategy: 'max',
      paymentUnderWay: false,
      lines: [],
    });
  });

  it('stays with its user when another user logs in on the same browser', async () => {
    const tea = await shop.product();
    const [ada, bob] = [await shop.user(), await shop.user()];
    const browser = shop.guest();
    await browser.logsInAs(ada);
    await browser.adds(tea, 2);

    expect((await browser.logsInAs(bob)).basket.outcome).toBe('none');

    expect(await browser.quantities()).toEqual({});
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
  });

  it('is the same in all sessions of a user, and no session points to it', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const [phone, desk] = [shop.guest(), shop.guest()];
    await phone.logsInAs(ada);
    await desk.logsInAs(ada);

    await Promise.all([phone.adds(tea, 2), desk.adds(tea, 3)]);

    expect(await phone.quantities()).toEqual({ [tea.sku]: 5 });
    expect(await desk.basket()).toEqual(await phone.basket());
    expect(await shop.count('sessions', `user_id = '${ada.id}' AND basket_id IS NOT NULL`)).toBe(0);
    expect(await shop.count('baskets', `owner_id = '${ada.id}'`)).toBe(1);
  });

  it('is found by an access token alone, without creating a session', async () => {
    const tea = await shop.product();
    const ada = await shop.user();
    const { accessToken } = await shop.guest().logsInAs(ada);
    const app = shop.guest();
    const sessions = await shop.count('sessions');
    const headers = { Authorization: `Bearer ${accessToken}` };

    const added = await app.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 2 }, headers);

    expect(added).toMatchObject({ status: 201, body: { owner: 'user', lines: [{ quantity: 2 }] } });
    expect(added.headers.getSetCookie()).toEqual([]);
    expect(await shop.count('sessions')).toBe(sessions);
    expect(await shop.basketOf(ada)).toEqual({ [tea.sku]: 2 });
  });
});
