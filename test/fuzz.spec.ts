import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { arbitraryRequest, type ArbitraryRequest } from './support/arbitrary-request.js';
import type { Client } from './support/client.js';
import { Shop, type TestUser } from './support/shop.js';

/** `FUZZ_SEED=7 FUZZ_REQUESTS=100000 npm run fuzz` sends other requests, and more of them. */
const SEED = Number(process.env.FUZZ_SEED ?? 20_261_124);
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 5_000);
const A_VISIT = 25;
const HANG_MILLISECONDS = 10_000;

type Kind = 'guest' | 'user' | 'admin' | 'nobody';

describe('an arbitrary request', () => {
  let shop: Shop;
  let user: TestUser;
  beforeAll(async () => {
    shop = await Shop.open({ RATE_LIMIT_LOGIN: '1000' });
    user = await shop.user();
  });
  afterAll(() => shop.close());

  const visitor = async (kind: Kind, sku: string): Promise<Client> => {
    if (kind === 'admin') return shop.admin();
    const client = shop.guest();
    if (kind === 'guest') await client.adds({ sku });
    if (kind === 'user') await client.logsInAs(await shop.user({ basket: [] }));
    return client;
  };
  /** The client itself compares each response with the document. */
  const answerTo = async (client: Client, { method, path, body, headers }: ArbitraryRequest) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('no answer')), HANG_MILLISECONDS);
    });
    const { 'Content-Type': type, ...others } = headers;
    const sent = { ...others, ...(body !== undefined && { 'Content-Type': type ?? '' }) };
    const { status } = await Promise.race([client.sends(method, path, body, sent), late]);
    clearTimeout(timer);
    return status;
  };

  it(`gets a documented response in time, and never a server error: ${REQUESTS} requests`, async () => {
    const products = await Promise.all([1, 2, 3].map(() => shop.product({ stock: 1_000 })));
    const skus = products.map(({ sku }) => sku);
    const { id } = await shop.guest().adds({ sku: String(skus[0]) });
    const request = arbitraryRequest([...skus, user.email, user.password, String(id)]);
    const kinds = fc.constantFrom<Kind>('guest', 'guest', 'nobody', 'nobody', 'user', 'admin');
    let answered = 0;
    const statuses = new Map<number, number>();

    await fc.assert(
      fc.asyncProperty(
        kinds,
        fc.array(request, { minLength: A_VISIT, maxLength: A_VISIT }),
        async (kind, requests) => {
          const client = await visitor(kind, String(skus[0]));
          for (const one of requests) {
            const status = await answerTo(client, one);
            expect(status).toBeLessThan(500);
            answered += 1;
            statuses.set(status, (statuses.get(status) ?? 0) + 1);
          }
        },
      ),
      { seed: SEED, numRuns: Math.ceil(REQUESTS / A_VISIT) },
    );

    expect(answered).toBeGreaterThanOrEqual(REQUESTS);
    // The requests must reach the routes: successes and errors of every kind must occur.
    for (const status of [200, 201, 204, 400, 401, 403, 404, 409, 415, 422]) {
      expect([status, statuses.get(status) ?? 0]).not.toEqual([status, 0]);
    }
  }, 300_000);
});
