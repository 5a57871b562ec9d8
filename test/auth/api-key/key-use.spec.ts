import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '../../support/eventually.js';
import { RowLock } from '../../support/row-lock.js';
import { Shop } from '../../support/shop.js';
import { StatementCounter } from '../../support/statement-counter.js';

/** Records each write to a key. */
const WATCH = [
  'CREATE TABLE key_writes (key_id uuid)',
  `CREATE FUNCTION record_key_write() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO key_writes VALUES (NEW.id); RETURN NEW; END $$`,
  'CREATE TRIGGER record_key_write AFTER UPDATE ON api_keys FOR EACH ROW EXECUTE FUNCTION record_key_write()',
];

type Key = { Authorization: string };

describe('the last use of an API key', () => {
  let shop: Shop;
  let counted: Shop;
  let statements: StatementCounter;
  let key: Key;
  beforeAll(async () => {
    shop = await Shop.open();
    statements = await StatementCounter.before(shop.databaseUrl);
    counted = await shop.instance({ DATABASE_URL: statements.url });
    for (const sql of WATCH) await shop.sql(sql);
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE api_keys, key_writes');
    key = await shop.key('cleanup:read');
  });
  afterAll(async () => {
    await shop.close();
    await statements.close();
  });

  const use = async (at = shop) =>
    (await at.guest().sends('GET', '/api/admin/cleanup-runs', undefined, key)).status;
  const isRecorded = () =>
    eventually(
      async () => (await shop.count('api_keys', `last_used_at > now() - interval '10 seconds'`)) === 1,
    );
  const backdate = (seconds: number) =>
    shop.sql(`UPDATE api_keys SET last_used_at = now() - make_interval(secs => $1)`, [seconds]);

  it('is recorded once a minute, also by parallel requests to two instances', async () => {
    const requests = () => Promise.all(Array.from({ length: 30 }, (_, n) => use(n % 2 ? shop : counted)));

    expect(new Set(await requests())).toEqual(new Set([200]));
    await isRecorded();
    expect(await shop.count('key_writes')).toBe(1);

    await backdate(50);
    await requests();
    expect(await shop.count('key_writes')).toBe(2);

    await backdate(61);
    await requests();
    await isRecorded();
    expect(await shop.count('key_writes')).toBe(4);
  });

  it('costs no statement within the minute: each request has one lookup', async () => {
    await use(counted);
    await isRecorded();

    const sent = await statements.during(() => use(counted));

    expect(sent.filter((sql) => /api.key/.test(sql))).toHaveLength(1);
  });

  it('is not waited for by a request', async () => {
    const lock = await RowLock.hold(shop, 'SELECT FROM api_keys FOR UPDATE');

    expect(await use()).toBe(200);

    await lock.release();
    await use();
    await isRecorded();
  });

  it('does not make a request fail when it cannot be recorded', async () => {
    await shop.sql('ALTER TABLE api_keys ADD CONSTRAINT never_used CHECK (last_used_at IS NULL)');

    const statuses = [await use(), await use()];

    await shop.sql('ALTER TABLE api_keys DROP CONSTRAINT never_used');
    expect(statuses).toEqual([200, 200]);
    await use();
    await isRecorded();
  });

  it('is recorded for a request without the scope, but not for an unknown key', async () => {
    const unknown = { Authorization: `Bearer bk_${'x'.repeat(43)}` };
    expect((await shop.guest().sends('GET', '/api/admin/orders', undefined, unknown)).status).toBe(401);
    expect(await shop.count('key_writes')).toBe(0);

    expect((await shop.guest().sends('GET', '/api/admin/orders', undefined, key)).status).toBe(403);

    await isRecorded();
  });
});
