import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { ChangedBasketDto } from '../../../../src/basket/change/bulk/changes.dto.js';
import type { Client, ProblemBody } from '../../../support/client.js';
import { Shop } from '../../../support/shop.js';
import { StatementCounter } from '../../../support/statement-counter.js';

describe('a request with several changes', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_LINES: '200' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    await shop.product({ sku: 'TEA' });
  });
  afterAll(() => shop.close());

  const sends = <T = ProblemBody>(client: Client, body: unknown, headers: Record<string, string> = {}) =>
    client.sends<T>('POST', '/api/basket/changes', body, headers);
  const ADD = { sku: 'TEA', add: 1 };

  it.each<[string, unknown, string[]]>([
    ['no body', undefined, ['mode', 'changes']],
    ['no mode', { changes: [ADD] }, ['mode']],
    ['an unknown mode', { mode: 'ALL', changes: [ADD] }, ['mode']],
    ['an unknown member', { mode: 'all', changes: [ADD], price: 1 }, ['price']],
    ['no change', { mode: 'all', changes: [] }, ['changes']],
    ['no array', { mode: 'all', changes: { 0: ADD } }, ['changes']],
    ['101 changes', { mode: 'all', changes: Array<object>(101).fill(ADD) }, ['changes']],
    ['a change of null', { mode: 'all', changes: [ADD, null] }, ['changes[1]']],
    ['a change of an array', { mode: 'all', changes: [[]] }, ['changes[0]']],
    ['an empty change', { mode: 'all', changes: [{}] }, ['changes[0].sku', 'changes[0].add']],
    ['add of 0', { mode: 'all', changes: [ADD, ADD, ADD, { sku: 'TEA', add: 0 }] }, ['changes[3].add']],
    ['a text', { mode: 'all', changes: [{ sku: 'TEA', add: '1' }] }, ['changes[0].add']],
    ['a fraction', { mode: 'all', changes: [{ sku: 'TEA', set: 1.5 }] }, ['changes[0].set']],
    ['a negative set', { mode: 'all', changes: [{ lineId: 'TEA', set: -1 }] }, ['changes[0].set']],
    ['a huge set', { mode: 'all', changes: [{ sku: 'TEA', set: 2 ** 31 }] }, ['changes[0].set']],
    ['add and set', { mode: 'all', changes: [{ ...ADD, set: 1 }] }, ['changes[0].add']],
    [
      'a sku and a line',
      { mode: 'all', changes: [{ sku: 'TEA', lineId: 'TEA', set: 1 }] },
      ['changes[0].sku'],
    ],
    [
      'add to a line',
      { mode: 'all', changes: [{ lineId: 'TEA', add: 1 }] },
      ['changes[0].set', 'changes[0].add'],
    ],
    [
      'attributes of a line',
      { mode: 'all', changes: [{ lineId: 'TEA', set: 1, attributes: {} }] },
      ['changes[0].attributes'],
    ],
    ['an odd sku', { mode: 'all', changes: [{ sku: ' ', add: 1 }] }, ['changes[0].sku']],
    ['an odd id', { mode: 'all', changes: [{ lineId: '\0', set: 1 }] }, ['changes[0].lineId']],
    [
      'odd attributes',
      { mode: 'all', changes: [{ ...ADD, attributes: { a: 1 } }] },
      ['changes[0].attributes'],
    ],
    ['an unknown member of a change', { mode: 'all', changes: [{ ...ADD, price: 1 }] }, ['changes[0].price']],
  ])('is refused as a whole with %s', async (_, body, fields) => {
    const { status, body: problem } = await sends(shop.guest(), body);

    expect([status, problem.type]).toEqual([400, '/problems/invalid-input']);
    expect(problem.errors?.map(({ field }) => field)).toEqual(fields);
    expect(await shop.count('sessions')).toBe(0);
  });

  it('takes attributes of null and of {} as none', async () => {
    const changes = [null, {}, undefined].map((attributes) => ({ ...ADD, attributes }));

    const { body } = await sends<ChangedBasketDto>(shop.guest(), { mode: 'all', changes });

    expect(body.basket.lines).toMatchObject([{ id: 'TEA', attributes: {}, quantity: 3 }]);
  });

  it('lists at most 100 errors', async () => {
    const members = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`m${n}`, 1]));

    const { body } = await sends(shop.guest(), { mode: 'all', changes: [{ ...ADD, ...members }] });

    expect(body.errors).toHaveLength(100);
  });

  it('may have 512 kB, also compressed, and 100 changes with the largest attributes', async () => {
    const texts = Array.from({ length: 8 }, (_, n) => [`name-${n}`, 'x'.repeat(490)] as const);
    const attributes = (n: number) => ({ ...Object.fromEntries(texts), n: String(n) });
    const changes = Array.from({ length: 100 }, (_, n) => ({ ...ADD, attributes: attributes(n) }));
    const text = JSON.stringify({ mode: 'all', changes });
    const post = async (path: string, body: string | Buffer, headers: Record<string, string> = {}) => {
      const sent = { 'Content-Type': 'application/json', ...headers };
      return (await fetch(shop.url + path, { method: 'POST', headers: sent, body })).status;
    };
    const ofSize = (bytes: number) => text + ' '.repeat(bytes - text.length);
    const zip = { 'Content-Encoding': 'gzip' };

    expect(text.length).toBeGreaterThan(400_000);
    expect(await post('/api/basket/changes', ofSize(524_288))).toBe(409);
    expect(await post('/api/basket/changes', gzipSync(ofSize(524_288)), zip)).toBe(409);
    expect(await post('/api/basket/changes', ofSize(524_289))).toBe(413);
    expect(await post('/api/basket/changes', gzipSync(ofSize(524_289)), zip)).toBe(413);
    expect(await post('/api/basket/lines', ofSize(524_288))).toBe(413);
    expect(await post('/api/basket/lines', `{"sku":"TEA","quantity":1}${' '.repeat(16_384)}`)).toBe(413);
  });

  it('may not be deeper than four levels', async () => {
    const changes = [{ ...ADD, attributes: { a: { b: 'c' } } }];

    const { status, body } = await sends(shop.guest(), { mode: 'all', changes });

    expect([status, body.detail]).toEqual([400, 'Send a body with at most 4 levels of nesting.']);
  });

  it('sends as many statements for 100 changes as for one', async () => {
    const counter = await StatementCounter.before(shop.databaseUrl);
    const counted = await shop.instance({ DATABASE_URL: counter.url, BASKET_MAX_LINES: '200' });
    const skus = Array.from({ length: 100 }, (_, n) => `SKU-${n}`);
    for (const sku of skus) await shop.product({ sku, stock: 5 });
    const guest = shop.guest();
    await guest.adds({ sku: 'TEA' });
    const tab = guest.tab(counted.url);
    const during = (changes: object[], key: string) =>
      counter.during(async () => {
        const headers = { 'Idempotency-Key': key };
        expect((await sends(tab, { mode: 'all', changes }, headers)).status).toBe(200);
      });

    const one = await during([{ sku: 'SKU-0', add: 1 }], 'one');
    const hundred = await during(
      skus.map((sku) => ({ sku, add: 1 })),
      'hundred',
    );
    const inBasket = (await guest.basket()).lines.map(({ sku }) => sku);
    const removal = await during(
      skus.map((lineId) => ({ lineId, set: 0 })),
      'removal',
    );
    await counter.close();

    expect(inBasket).toEqual(['TEA', ...skus]);
    expect(one.length).toBeLessThan(10);
    expect([hundred.length, removal.length]).toEqual([one.length, one.length]);
    expect(await guest.quantities()).toEqual({ TEA: 1 });
  });
});
