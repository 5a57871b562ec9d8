import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/problem/problem-types.js';
import { Shop } from '../support/shop.js';

describe('the type of a problem', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  it.each(Object.entries(PROBLEMS))('has a page that explains it: %s', async (name, [status, title]) => {
    const type = `/problems/${name}`;
    const page = await shop.guest().sends<string>('GET', type, undefined, { Accept: 'text/html,*/*;q=0.8' });
    const json = await shop.guest().sends('GET', type);

    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.body).toContain(`<h1>${title}</h1>`);
    expect(json.body).toEqual({
      type,
      title,
      status,
      help: expect.stringMatching(/^[A-Z].{20,}\.$/) as unknown,
    });
    expect(json.headers.get('vary')).toContain('Accept');
  });

  it('has no page when it does not exist', async () => {
    for (const name of ['none', 'constructor', '__proto__']) {
      expect((await shop.guest().sends('GET', `/problems/${name}`)).status).toBe(404);
    }
  });
});
