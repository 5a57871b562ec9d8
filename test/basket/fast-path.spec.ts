import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { Client } from '../support/client.js';
import { Shop } from '../support/shop.js';

/** The fast path knows the exact paths alone; with a query the controller answers. */
const LOOKS = { 'the fast path': '/api/basket', 'the controller': '/api/basket?by=controller' };
const ADDS = { 'the fast path': '/api/basket/lines', 'the controller': '/api/basket/lines?by=controller' };

const OF_THE_MOMENT = ['date', 'x-request-id', 'set-cookie', 'etag', 'content-length'];

let shop: Shop;

beforeAll(async () => {
  shop = await Shop.open();
});
afterAll(() => shop.close());

const headersOf = (headers: Headers) => [...headers].filter(([name]) => !OF_THE_MOMENT.includes(name));

/** One visitor does it by the fast path, another by the controller. */
async function both<T>(paths: Record<string, string>, act: (path: string, client: Client) => Promise<T>) {
  const [fast, other] = Object.values(paths).map((path) => act(path, shop.guest()));
  return [await fast, await other] as const;
}

describe('the fast path answers as the controller does', () => {
  it('a look without a basket', async () => {
    const [fast, other] = await both(LOOKS, (path, guest) => guest.sends<BasketDto>('GET', path));

    expect(fast.status).toBe(200);
    expect(fast.body).toEqual(other.body);
    expect(headersOf(fast.headers)).toEqual(headersOf(other.headers));
    expect(fast.headers.get('etag')).toBe('"none"');
    expect(fast.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
  });

  it('a first add and the next, with the cookie of the new session', async () => {
    const product = await shop.product();
    const [fast, other] = await both(ADDS, async (path, guest) => {
      const body = { sku: product.sku, quantity: 2 };
      const first = await guest.sends<BasketDto>('POST', path, body);
      return { first, next: await guest.sends<BasketDto>('POST', path, body) };
    });

    for (const add of ['first', 'next'] as const) {
      expect(fast[add].status).toBe(201);
      expect(headersOf(fast[add].headers)).toEqual(headersOf(other[add].headers));
      expect(fast[add].body.lines).toEqual(other[add].body.lines);
      expect(fast[add].headers.get('etag')).toBe(`"${fast[add].body.id}.${fast[add].body.version}"`);
    }
    const attributesOf = ({ headers }: { headers: Headers }) =>
      headers.getSetCookie().map((cookie) => cookie.replace(/=s%3A[^;]*|\d\d:\d\d:\d\d/g, ''));
    expect(attributesOf(fast.first)).toEqual(attributesOf(other.first));
    expect(fast.first.headers.getSetCookie()).toHaveLength(1);
    expect(fast.next.headers.getSetCookie()).toEqual([]);
  });

  it.each([
    ['no sku for sale', { sku: 'NOBODY-SELLS-IT', quantity: 1 }],
    ['a field too many', { sku: 'X', quantity: 1, price: 1 }],
    ['a quantity that is none', { sku: 'X', quantity: '1' }],
    ['no body that parses', '{"sku":'],
    ['a body that is too large', { sku: 'X'.repeat(20_000), quantity: 1 }],
  ])('a refusal: %s', async (_what, body) => {
    const [fast, other] = await both(ADDS, (path, guest) => guest.sends('POST', path, body));

    const { requestId, ...problem } = fast.body as Record<string, unknown>;
    expect(fast.status).toBeGreaterThanOrEqual(400);
    expect(requestId).toBe(fast.headers.get('x-request-id'));
    expect({ ...(other.body as object), requestId: undefined }).toEqual({ ...problem, requestId: undefined });
    expect(headersOf(fast.headers)).toEqual(headersOf(other.headers));
  });

  it('a key of one is a key of the other', async () => {
    const product = await shop.product();
    const guest = shop.guest();
    const body = { sku: product.sku, quantity: 1 };
    await guest.sends('POST', ADDS['the fast path'], body);
    const key = { 'Idempotency-Key': 'once' };

    await guest.sends('POST', ADDS['the fast path'], body, key);
    const again = await guest.sends<BasketDto>('POST', ADDS['the controller'], body, key);

    expect(again.status).toBe(201);
    expect(again.body.lines[0]?.quantity).toBe(2);
  });
});
