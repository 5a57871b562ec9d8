import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Shop } from '../../support/shop.js';

describe('the OpenAPI document', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open({ WEB: 'off' });
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  afterAll(() => shop.close());

  const get = (path: string, headers = {}) => shop.guest().sends<string>('GET', path, undefined, headers);

  it('is serialized once for all requests', async () => {
    const stringify = jest.spyOn(JSON, 'stringify');

    const answers = [await get('/api/openapi.json'), await get('/api/openapi.json')];
    const made = stringify.mock.calls.filter(
      ([value]: [unknown, ...unknown[]]) => typeof value === 'object' && value !== null && 'openapi' in value,
    );

    expect(made).toHaveLength(1);
    const [one, other] = answers.map(({ headers, body }) => [headers.get('content-type'), body]);
    expect(other).toEqual(one);
  });

  it.each([
    ['json', /^application\/json/],
    ['yaml', /^text\/yaml/],
  ])('in %s keeps its type, tag and compressed form', async (format, type) => {
    const path = `/api/openapi.${format}`;
    const answers = [
      await get(path),
      await get(path),
      await get(path, { 'Accept-Encoding': 'br' }),
      await get(path, { 'Accept-Encoding': 'identity' }),
    ];
    const tag = answers[0]?.headers.get('etag') ?? '';

    for (const { headers, body } of answers) {
      expect(headers.get('content-type')).toMatch(type);
      expect(headers.get('etag')).toBe(tag);
      expect(body).toEqual(answers[0]?.body);
    }
    expect(answers[2]?.headers.get('content-encoding')).toBe('br');
    expect((await fetch(shop.url + path, { headers: { 'If-None-Match': tag } })).status).toBe(304);
    expect((await fetch(shop.url + path, { method: 'HEAD' })).status).toBe(200);
  });
});
