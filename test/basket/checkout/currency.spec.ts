import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../../src/basket/basket.dto.js';
import type { OrderPageDto } from '../../../src/basket/order/order.dto.js';
import type { Client } from '../../support/client.js';
import { eventually } from '../../support/eventually.js';
import { Program } from '../../support/program.js';
import { Shop } from '../../support/shop.js';

const UNPINNED = `(currency IS NULL) <> (status = 'open')`;

describe('the currency', () => {
  let euros: Shop;
  let crowns: Shop;
  beforeAll(async () => {
    euros = await Shop.open({ CURRENCY: 'EUR', FROZEN_TTL_SECONDS: '3600' });
    crowns = await euros.instance({ CURRENCY: 'SEK', FROZEN_TTL_SECONDS: '3600' });
  });
  beforeEach(() => euros.sql('TRUNCATE sessions, baskets, products, idempotency_keys CASCADE'));
  afterAll(() => euros.close());

  const does = async (client: Client, what: 'freeze' | 'thaw' | 'submit', body?: object) =>
    (await client.sends<BasketDto>('POST', `/api/basket/${what}`, body)).body;
  /** The same browser on the instance with the other currency. */
  const inCrowns = (client: Client) => client.tab(crowns.url);
  const buyer = async () => {
    const client = euros.guest();
    await client.adds(await euros.product());
    return client;
  };
  const pinned = async (id: string | null) =>
    (await euros.sql<{ currency: string | null }>('SELECT currency FROM baskets WHERE id = $1', [id]))[0]
      ?.currency;

  it('of an order and of a frozen basket stays the same in every response when the shop changes CURRENCY', async () => {
    const [ada, admin, guest] = [euros.guest(), await euros.admin(), await buyer()];
    await ada.logsInAs(await euros.user());
    await ada.adds(await euros.product());
    const { id } = await does(ada, 'submit');
    await ada.adds(await euros.product());
    const frozen = await does(ada, 'freeze');
    expect(frozen.currency).toBe('EUR');
    await does(guest, 'submit');

    const later = inCrowns(ada);
    expect(await later.basket()).toMatchObject({ status: 'frozen', currency: 'EUR' });
    expect((await later.sends('GET', `/api/orders/${id}`)).body).toMatchObject({ currency: 'EUR' });
    expect((await later.sends('GET', '/api/auth/me/export')).body).toMatchObject({
      basket: { currency: 'EUR' },
      orders: [{ currency: 'EUR' }],
    });
    expect(await does(later, 'submit', { expectedAmountMinor: 100 })).toMatchObject({ currency: 'EUR' });
    expect(await pinned(frozen.id)).toBe('EUR');
    expect(await later.adds(await euros.product())).toMatchObject({ status: 'open', currency: 'SEK' });
    expect(await does(later, 'submit')).toMatchObject({ status: 'submitted', currency: 'SEK' });

    const currencies = async (client: Client, path: string) =>
      (await client.sends<OrderPageDto>('GET', path)).body.orders.map(({ currency }) => currency);
    for (const reader of [ada, later])
      expect(await currencies(reader, '/api/orders')).toEqual(['EUR', 'EUR', 'SEK']);
    expect(await currencies(inCrowns(admin), '/api/admin/orders')).toEqual(['EUR', 'EUR', 'EUR', 'SEK']);
  });

  it("of a frozen basket is kept when the shop's back end submits it", async () => {
    const [admin, guest] = [await crowns.admin(), await buyer()];
    const { id } = await does(guest, 'freeze');

    const { body } = await admin.sends('POST', `/api/admin/baskets/${id}/submit`);

    expect(body).toMatchObject({ status: 'submitted', currency: 'EUR' });
    expect(await pinned(id)).toBe('EUR');
  });

  it("becomes the shop's again when a basket is thawed by the visitor, by the back end or by timeout", async () => {
    const [byHand, byBackEnd, byTime] = [await buyer(), await buyer(), euros.guest()];
    await byTime.logsInAs(await euros.user());
    await byTime.adds(await euros.product());
    const ids = [];
    for (const client of [byHand, byBackEnd, byTime]) ids.push((await does(client, 'freeze')).id);

    await does(inCrowns(byHand), 'thaw');
    await (await crowns.admin()).sends('POST', `/api/admin/baskets/${ids[1]}/thaw`);
    await crowns.sql(`UPDATE baskets SET frozen_at = now() - interval '3601 s' WHERE id = $1`, [ids[2]]);
    await crowns.removeExpired();

    for (const [n, client] of [byHand, byBackEnd, byTime].entries()) {
      expect(await inCrowns(client).basket()).toMatchObject({ status: 'open', currency: 'SEK' });
      expect(await pinned(ids[n] ?? null)).toBeNull();
    }
  });

  it("of an open basket is the shop's, even when an earlier version thawed it", async () => {
    const guest = await buyer();
    const { id } = await guest.basket();
    await euros.sql(`UPDATE baskets SET currency = 'EUR' WHERE id = $1`, [id]);

    const later = inCrowns(guest);
    expect(await later.basket()).toMatchObject({ currency: 'SEK' });
    expect(await later.adds(await euros.product())).toMatchObject({ currency: 'SEK' });
    expect(await does(later, 'freeze')).toMatchObject({ currency: 'SEK' });
    expect(await pinned(id)).toBe('SEK');
  });

  describe('of baskets from versions that did not pin it', () => {
    /**
     * Creates baskets as an earlier version leaves them: frozen and submitted ones without a pinned
     * currency.
     */
    const makeBaskets = (count: number) =>
      euros.sql(
        `INSERT INTO baskets (status, frozen_at, submitted_at)
         SELECT status, CASE status WHEN 'frozen' THEN now() END, CASE status WHEN 'submitted' THEN now() END
         FROM generate_series(1, $1) n, LATERAL (SELECT (ARRAY['frozen', 'submitted'])[n % 2 + 1] AS status) AS s`,
        [count],
      );
    // These baskets have no lines, which the audit at the end would report.
    afterAll(() => euros.sql('TRUNCATE baskets CASCADE'));
    const isDone = async () => (await euros.count('baskets', UNPINNED)) === 0;

    it('is pinned in all of them by the first instance that starts, and no later one changes it', async () => {
      const guest = await buyer();
      const { id } = await does(guest, 'submit');
      await guest.adds(await euros.product());
      await makeBaskets(2_500);
      await euros.sql(`UPDATE baskets SET currency = CASE WHEN status = 'open' THEN 'EUR' END`);
      expect(await euros.count('baskets', UNPINNED)).toBe(2_502);
      expect((await guest.sends('GET', `/api/orders/${id}`)).body).toMatchObject({ currency: 'EUR' });

      await euros.instance({ CURRENCY: 'DKK' });
      await eventually(isDone);
      await euros.instance({ CURRENCY: 'NOK' });

      expect(await euros.count('baskets', `currency = 'DKK'`)).toBe(2_501);
      expect(await euros.count('baskets', `status = 'open' AND currency IS NULL`)).toBe(1);
      for (const reader of [guest, inCrowns(guest)])
        expect((await reader.sends('GET', `/api/orders/${id}`)).body).toMatchObject({ currency: 'DKK' });
    });

    it('is pinned by several instances that start in parallel, while a basket is being changed', async () => {
      await makeBaskets(2_500);
      const change = euros.dataSource.createQueryRunner();
      await change.startTransaction();
      await change.query('SELECT FROM baskets ORDER BY id LIMIT 1 FOR UPDATE');

      await Promise.all([euros.instance(), euros.instance()]);
      await eventually(async () => (await euros.count('baskets', UNPINNED)) === 1);
      await change.rollbackTransaction();
      await change.release();
      await euros.instance();

      await eventually(isDone);
    });

    it('is not pinned by a command, and the next instance pins what a stopped one left', async () => {
      await makeBaskets(5_000);
      const settings = { DATABASE_URL: euros.databaseUrl, CURRENCY: 'NOK' };

      await Program.run('cli', ['sessions:clear'], settings).ends();
      expect(await euros.count('baskets', `currency IS NOT NULL`)).toBe(0);

      const program = Program.run('main', [], { ...settings, PORT: '0', CLEANUP_CRON: 'off' });
      await program.serves();
      expect((await program.stops('SIGTERM')).code).toBe(0);
      await euros.instance({ CURRENCY: 'NOK' });
      await eventually(isDone);
      expect(await euros.count('baskets', `currency = 'NOK'`)).toBe(5_000);
    });
  });
});
