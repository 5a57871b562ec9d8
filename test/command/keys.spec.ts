import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { NewApiKeyDto } from '../../src/auth/api-key/api-key.dto.js';
import { Program } from '../support/program.js';
import { Shop } from '../support/shop.js';

describe('the commands of API keys', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  beforeEach(() => shop.sql('TRUNCATE api_keys'));
  afterAll(() => shop.close());

  const cli = (...args: string[]) => Program.run('cli', args, { DATABASE_URL: shop.databaseUrl }).ends();
  const readOrders = async (key: string) => {
    const headers = { Authorization: `Bearer ${key}` };
    return (await shop.guest().sends('GET', '/api/admin/orders', undefined, headers)).status;
  };

  it('create a key that works, and revoke it', async () => {
    const { code, stdout } = await cli('keys:create', 'Order export', '--scopes', 'orders:read, cleanup:run');

    expect(code).toBe(0);
    const [, id = '', key = ''] =
      /^Created the API key Order export with the id (\S+): (bk_\S+)\n$/.exec(stdout) ?? [];
    const stored = { name: 'Order export', scopes: ['orders:read', 'cleanup:run'], last_used_at: null };
    expect(await shop.sql('SELECT id, name, scopes, last_used_at FROM api_keys')).toEqual([
      { id, ...stored },
    ]);
    expect(await readOrders(key)).toBe(200);

    expect(await cli('keys:revoke', id)).toMatchObject({ code: 0, stdout: `Revoked the API key ${id}.\n` });

    expect(await readOrders(key)).toBe(401);
    expect(await cli('keys:revoke', id)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'No API key has this id.\n',
    });
  });

  it('print one JSON object with the option --json', async () => {
    const { stdout } = await cli('keys:create', 'x', '--scopes', 'orders:read', '--json');

    const { key, ...others } = JSON.parse(stdout) as NewApiKeyDto;
    expect(others).toMatchObject({ name: 'x', scopes: ['orders:read'], lastUsedAt: null });
    expect(await readOrders(key)).toBe(200);
  });

  it.each([
    [['keys:create', 'x'], "required option '--scopes <list>' not specified"],
    [['keys:create', '--scopes', 'orders:read'], "missing required argument 'name'"],
    [['keys:create', '', '--scopes', 'orders:read'], '1 to 100 characters'],
    [['keys:create', 'a\nb', '--scopes', 'orders:read'], 'control characters'],
    [['keys:create', 'x', '--scopes', 'orders:delete'], 'list of different scopes'],
    [['keys:create', 'x', '--scopes', 'orders:read,orders:read'], 'list of different scopes'],
    [['keys:create', 'x', '--scopes', ''], 'list of different scopes'],
    [['keys:revoke'], "missing required argument 'id'"],
    [['keys:revoke', 'x'], 'It must be a UUID'],
    [['keys:revoke', randomUUID()], 'No API key has this id'],
  ])('refuse %j with one sentence', async (args, sentence) => {
    const { code, stdout, stderr } = await cli(...args);

    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toContain(sentence);
    expect(await shop.count('api_keys')).toBe(0);
  });
});
