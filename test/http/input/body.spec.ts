import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { ProblemBody } from '../../support/client.js';
import { Shop } from '../../support/shop.js';

describe('a body', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await Shop.open();
  });
  afterAll(() => shop.close());

  const post = async (body: Buffer | string, headers: Record<string, string> = {}) => {
    const sent = { 'Content-Type': 'application/json', ...headers };
    const answer = await fetch(`${shop.url}/api/basket/lines`, { method: 'POST', headers: sent, body });
    return { status: answer.status, body: (await answer.json()) as ProblemBody };
  };
  const add = async () => JSON.stringify({ sku: (await shop.product()).sku, quantity: 1 });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['identity', (text: string) => text],
  ] as const)('may be encoded as %s', async (encoding, encode) => {
    const answer = await post(encode(await add()), { 'Content-Encoding': encoding });

    expect(answer.status).toBe(201);
  });

  it('is limited by its size after decompression', async () => {
    const bomb = gzipSync(JSON.stringify({ sku: 'x'.repeat(1_000_000), quantity: 1 }));

    const answer = await post(bomb, { 'Content-Encoding': 'gzip' });

    expect([bomb.length < 16_384, answer.status]).toEqual([true, 413]);
  });

  it('is refused when it does not match its encoding', async () => {
    const answer = await post(await add(), { 'Content-Encoding': 'gzip' });

    expect([answer.status, answer.body.type]).toEqual([400, '/problems/invalid-input']);
  });

  it.each(['application/json; charset=utf-8', 'application/json;charset="UTF-8"', 'Application/JSON'])(
    'may have the type %s',
    async (type) => {
      expect((await post(await add(), { 'Content-Type': type })).status).toBe(201);
    },
  );

  it('may start with a byte order mark', async () => {
    expect((await post(`\uFEFF${await add()}`)).status).toBe(201);
  });

  it.each(['null', '""', '1', 'true'])('of %s is valid JSON, but invalid input', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { type: '/problems/invalid-input' } });
  });

  it.each(['{', 'undefined', '{"sku":"x",}', ' '])('of %j is malformed JSON', async (body) => {
    expect(await post(body)).toMatchObject({ status: 400, body: { type: '/problems/malformed-json' } });
  });

  it('may be empty with any type when the route needs none', async () => {
    for (const type of ['application/json', 'text/plain', 'application/x-www-form-urlencoded']) {
      const headers = { 'Content-Type': type };
      const answer = await shop.guest().sends('POST', '/api/auth/logout', '', headers);

      expect([type, answer.status]).toEqual([type, 204]);
    }
  });
});
