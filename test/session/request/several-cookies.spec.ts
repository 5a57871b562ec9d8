import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import type { Product } from '../../../src/catalogue/product.entity.js';
import type { Answer, Client } from '../../support/client.js';
import { Shop } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';

const SECRET = 'the secret of this test';

function signed(id: string, secret = SECRET): string {
  const signature = createHmac('sha256', secret).update(id).digest('base64').replace(/=+$/, '');
  return `sid=${encodeURIComponent(`s:${id}.${signature}`)}`;
}

/** Cookies that a browser may send beside the cookie of an active session. */
const DEAD: [string, string][] = [
  ['dead', signed('d'.repeat(43))],
  ['foreign', signed('f'.repeat(43), 'the secret of another shop')],
  ['unsigned', `sid=${'u'.repeat(43)}`],
  ['undecodable', 'sid=s%3A%ZZ'],
];

describe('a visitor with two cookies of our name', () => {
  let shop: Shop;
  let statements: StatementCounter;
  let tea: Product;
  beforeAll(async () => {
    shop = await Shop.open({ SESSION_SECRET: SECRET });
    statements = await StatementCounter.before(shop.databaseUrl);
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products CASCADE');
    tea = await shop.product();
  });
  afterAll(async () => {
    await shop.close();
    await statements.close();
  });

  const guest = () => shop.guestWith(tea);
  const user = () => shop.userWith(tea);
  /** A browser that always sends these cookies, and ignores the ones that it gets. */
  const carries = (...cookies: (string | undefined)[]) => shop.guest().carries(cookies.join('; '));
  const acts: Record<string, (client: Client) => Promise<Answer>> = {
    'an add': (client) => client.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1 }),
    'an add by the controller': (client) =>
      client.sends('POST', '/api/basket/lines?by=controller', { sku: tea.sku, quantity: 1 }),
    'an add under the lock': (client) =>
      client.sends('POST', '/api/basket/lines', { sku: tea.sku, quantity: 1 }, { 'If-Match': '*' }),
  };

  describe.each(DEAD)('one active and one %s,', (_, dead) => {
    it.each([
      ['before', 'a guest', guest],
      ['after', 'a guest', guest],
      ['before', 'a user', user],
      ['after', 'a user', user],
    ])(
      'has the basket and creates no session when the latter is %s the former, for %s',
      async (place, _who, come) => {
        const visitor = await come();
        const sessions = await shop.count('sessions');
        const cookies = [dead, visitor.carriedCookie];
        const both = place === 'before' ? cookies : cookies.reverse();

        expect(await carries(...both).quantities()).toEqual({ [tea.sku]: 1 });
        for (const act of Object.values(acts)) {
          const { status, headers } = await act(carries(...both));
          expect([status, headers.getSetCookie()]).toEqual([201, []]);
        }
        expect((await carries(...both).sends('POST', '/api/basket/freeze')).status).toBe(200);

        expect(await visitor.basket()).toMatchObject({ status: 'frozen', lines: [{ quantity: 4 }] });
        expect(await shop.count('sessions')).toBe(sessions);
      },
    );
  });

  it('logs out of the active session', async () => {
    const ada = await user();

    await carries(DEAD[0]?.[1], ada.carriedCookie).sends('POST', '/api/auth/logout');

    expect(await ada.basket()).toMatchObject({ owner: 'guest', lines: [] });
  });

  it("has the active session when a login replaced the first cookie's session, or it has expired", async () => {
    const [replaced, expired, active] = [await guest(), await guest(), await guest()];
    const cookies = [replaced, expired, active].map(({ carriedCookie }) => carriedCookie);
    await replaced.logsInAs(await shop.user());
    await shop.expire(expired);

    expect((await acts['an add']?.(carries(...cookies)))?.status).toBe(201);
    expect(await active.quantities()).toEqual({ [tea.sku]: 2 });
  });

  it('is told that a login replaced the session when none is active', async () => {
    const replaced = await guest();
    const cookies = [DEAD[0]?.[1], replaced.carriedCookie];
    await replaced.logsInAs(await shop.user());

    const answer = await acts['an add']?.(carries(...cookies));
    expect(answer).toMatchObject({ status: 409, body: { type: '/problems/session-replaced' } });
  });

  it('has the first session when both are active', async () => {
    const [one, two] = [await guest(), await guest()];

    await acts['an add']?.(carries(two.carriedCookie, one.carriedCookie));

    expect([await one.quantities(), await two.quantities()]).toEqual([{ [tea.sku]: 1 }, { [tea.sku]: 2 }]);
  });

  it('creates one session when none is active and none was replaced', async () => {
    const browser = carries(DEAD[0]?.[1], signed('e'.repeat(43)));

    await browser.adds(tea);
    await browser.adds(tea);

    expect(await shop.count('sessions')).toBe(1);
  });

  it('costs one more statement only when we signed more than one cookie', async () => {
    const counted = await shop.instance({ SESSION_SECRET: SECRET, DATABASE_URL: statements.url });
    const visitor = await guest();
    const looks = (...cookies: (string | undefined)[]) => {
      const browser = counted.guest().carries([...cookies, visitor.carriedCookie].join('; '));
      return statements.during(() => browser.basket());
    };

    expect(await looks()).toHaveLength(1);
    expect(await looks(DEAD[1]?.[1], DEAD[2]?.[1])).toHaveLength(1);
    expect(await looks(DEAD[0]?.[1])).toHaveLength(2);
  });
});
