import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

describe('the metrics', () => {
  let shop: Shop;
  let open: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ METRICS_AUTH: 'on' });
    open = await shop.instance();
  });
  afterAll(() => shop.close());

  const read = async (headers = {}, client = shop.guest()) => {
    const { status, body } = await client.sends<ProblemBody | string>('GET', '/metrics', undefined, headers);
    return [status, typeof body === 'string' ? '' : body.type];
  };
  const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

  it('need a key with their scope, or an admin, when METRICS_AUTH is on', async () => {
    const [admin, customer] = [await shop.admin(), shop.guest()];
    const { accessToken } = await customer.logsInAs(await shop.user());

    expect(await read(await shop.key('metrics:read'))).toEqual([200, '']);
    expect(await read({}, admin)).toEqual([200, '']);
    expect(await read()).toEqual([401, '/problems/login-required']);
    expect(await read(bearer(`bk_${'x'.repeat(43)}`))).toEqual([401, '/problems/invalid-token']);
    expect(await read(bearer('x'))).toEqual([401, '/problems/invalid-token']);
    expect(await read(await shop.key('cleanup:read'))).toEqual([403, '/problems/insufficient-scope']);
    expect(await read({}, customer)).toEqual([403, '/problems/forbidden']);
    expect(await read(bearer(accessToken))).toEqual([403, '/problems/forbidden']);
  });

  it('are open to everybody by default, whatever the token', async () => {
    for (const headers of [{}, await shop.key('cleanup:read'), bearer('bk_unknown'), bearer('x')]) {
      expect(await read(headers, open.guest())).toEqual([200, '']);
    }
  });
});
