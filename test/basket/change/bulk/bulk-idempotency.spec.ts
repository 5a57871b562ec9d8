import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ChangedBasketDto, RequestedChange } from '../../../../src/basket/change/bulk/changes.dto.js';
import type { Client, ProblemBody } from '../../../support/client.js';
import { Shop } from '../../../support/shop.js';

describe('several changes with an Idempotency-Key', () => {
  let shop: Shop;
  let other: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ BASKET_MAX_QUANTITY: '100000' });
    other = await shop.instance({ BASKET_MAX_QUANTITY: '100000' });
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE users, sessions, baskets, products, idempotency_keys CASCADE');
    await shop.product({ sku: 'TEA', stock: 1_000 });
    await shop.product({ sku: 'CUP', stock: 3 });
  });
  afterAll(() => shop.close());

  const change = <T = ChangedBasketDto>(client: Client, key: string, changes: unknown[], mode = 'possible') =>
    client.sends<T>('POST', '/api/basket/changes', { mode, changes }, { 'Idempotency-Key': key });
  const CHANGES: RequestedChange[] = [
    { sku: 'TEA', add: 2 },
    { sku: 'CUP', add: 4 },
    { lineId: 'NONE', set: 0 },
  ];
  const guestWithTea = async (): Promise<Client> => {
    const guest = shop.guest();
    await guest.adds({ sku: 'TEA' });
    return guest;
  };

  it('answer a repetition with the first results and the basket of now', async () => {
    const guest = await guestWithTea();
    const first = await change(guest, 'K', CHANGES);
    await guest.sets({ sku: 'TEA' }, 9);

    const again = await change(guest, 'K', CHANGES);

    expect(first.body.results).toMatchObject([
      { lineId: 'TEA', done: true, quantity: 3 },
      { lineId: 'CUP', problem: { type: '/problems/insufficient-stock', available: 3 } },
      { lineId: 'NONE', problem: { type: '/problems/unknown-sku' } },
    ]);
    expect(again.status).toBe(200);
    expect(again.body.results).toEqual(first.body.results);
    expect(again.body.basket).toMatchObject({ version: 3, lines: [{ quantity: 9 }] });
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('etag')).toBe(`"${again.body.basket.id}.3"`);
  });

  it('are the same request with another order of members at any depth, and another one otherwise', async () => {
    const guest = await guestWithTea();
    const path = '/api/basket/changes';
    const key = { 'Idempotency-Key': 'K' };
    const send = (text: string) =>
      guest.sends<ProblemBody>('POST', path, text, { ...key, 'Content-Type': 'application/json' });

    await send('{"mode":"all","changes":[{"sku":"TEA","attributes":{"a":"1","b":"2"},"add":1}]}');
    const same = await send(
      '{"changes":[{"add":1,"attributes":{"b":"2","a":"1"},"sku":"TEA"}],"mode":"all"}',
    );
    const different = await send(
      '{"mode":"all","changes":[{"sku":"TEA","attributes":{"a":"2","b":"1"},"add":1}]}',
    );

    expect([same.status, same.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(different).toMatchObject({ status: 422, body: { type: '/problems/idempotency-key-reused' } });
  });

  it('are repeated after a login with the results of the guest', async () => {
    const ada = await shop.user();
    const guest = await guestWithTea();
    const first = await change(guest, 'K', CHANGES);

    await guest.logsInAs(ada);
    const again = await change(guest, 'K', CHANGES);

    expect(again.body.results).toEqual(first.body.results);
    expect(await shop.basketOf(ada)).toEqual({ TEA: 3 });
  });

  it('are done once when two instances get them at once', async () => {
    const guest = await guestWithTea();
    const tabs = [guest.tab(), guest.tab(other.url), guest.tab(), guest.tab(other.url)];

    const answers = await Promise.all(tabs.map((tab) => change(tab, 'K', CHANGES)));

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    for (const { body } of answers) expect(body.results).toEqual(answers[0]?.body.results);
    expect(await guest.quantities()).toEqual({ TEA: 3 });
  });

  it('lose nothing beside other changes of the session on two instances', async () => {
    const guest = await guestWithTea();
    const adds = Array.from({ length: 20 }, (_, n) => guest.tab(n % 2 ? shop.url : other.url));

    await Promise.all(
      adds.map((tab, n) =>
        n % 4 < 2
          ? change(tab, `K${n}`, [
              { sku: 'TEA', add: 1 },
              { sku: 'TEA', attributes: { n: '1' }, add: 2 },
            ])
          : tab.adds({ sku: 'TEA' }),
      ),
    );

    const { lines, version } = await guest.basket();
    expect(lines.map(({ quantity }) => quantity)).toEqual([21, 20]);
    expect(version).toBe(21);
  });

  it('keep at most 16 kB of results, without the figures of the problems if there are more', async () => {
    const guest = await guestWithTea();
    const changes = Array.from({ length: 100 }, (_, n) => ({ sku: `${n}`.padEnd(100, 'x'), add: 1 }));
    const first = await change(guest, 'K', [...changes.slice(1), { sku: 'TEA', add: 1 }]);

    const again = await change(guest, 'K', [...changes.slice(1), { sku: 'TEA', add: 1 }]);

    const [row] = await shop.sql<{ bytes: number }>(
      'SELECT octet_length(results::text) AS bytes FROM idempotency_keys WHERE results IS NOT NULL',
    );
    expect(row?.bytes).toBeLessThanOrEqual(16_384);
    expect(again.body.results.at(-1)).toEqual(first.body.results.at(-1));
    const withoutDetail = (results: ChangedBasketDto['results']) =>
      results.map(({ problem, ...result }) => ({
        ...result,
        problem: problem && [problem.type, problem.status],
      }));
    expect(withoutDetail(again.body.results)).toEqual(withoutDetail(first.body.results));
    expect(first.body.results[0]?.problem?.detail).toContain('xxx');
    expect(again.body.results[0]?.problem?.detail).toBe('No product for sale has this sku.');
  });

  it('leave at most 50 keys with results of a session and of a user, and no fewer other keys', async () => {
    const ada = await shop.user();
    const guest = await guestWithTea();
    const single = (client: Client, n: number) =>
      client.sends(
        'POST',
        '/api/basket/lines',
        { sku: 'TEA', quantity: 1 },
        { 'Idempotency-Key': `single ${n}` },
      );
    await single(guest, 0);
    for (let n = 0; n < 52; n++) await change(guest, `K${n}`, [{ sku: 'TEA', add: 1 }]);
    await single(guest, 1);
    const keys = async () =>
      (await shop.sql<{ key: string }>('SELECT key FROM idempotency_keys ORDER BY created_at, id')).map(
        ({ key }) => key,
      );

    expect(await keys()).toEqual([
      'single 0',
      ...Array.from({ length: 50 }, (_, n) => `K${n + 2}`),
      'single 1',
    ]);

    const user = shop.guest();
    await user.logsInAs(ada);
    for (let n = 0; n < 3; n++) await change(user, `U${n}`, [{ sku: 'TEA', add: 1 }]);
    await guest.logsInAs(ada);

    expect(await shop.count('idempotency_keys', 'user_id IS NOT NULL AND results IS NOT NULL')).toBe(50);
    expect((await keys()).slice(-3)).toEqual(['U0', 'U1', 'U2']);
    expect(await shop.count('idempotency_keys')).toBe(52);
  });
});
