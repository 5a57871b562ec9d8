import { describe, expect, it } from '@jest/globals';
import { rejectCrossOrigin } from '../../src/http/cross-origin.js';

describe('a write is of the own host', () => {
  const check = (origin: string, host: string, headers: Record<string, string> = {}) => {
    rejectCrossOrigin({ method: 'POST', headers: { origin, ...headers } }, host, []);
  };

  it.each([
    ['https://shop.example', 'shop.example'],
    ['https://shop.example', 'shop.example:443'],
    ['http://shop.example', 'shop.example:80'],
    ['https://shop.example', 'SHOP.example'],
    ['https://shop.example:8443', 'shop.example:8443'],
    ['http://[::1]:3000', '[::1]:3000'],
  ])('when its origin is %s and its host %s', (origin, host) => {
    expect(() => check(origin, host)).not.toThrow();
  });

  it.each([
    ['https://shop.example', 'shop.example:80'],
    ['http://shop.example', 'shop.example:443'],
    ['https://shop.example', 'shop.example.evil.example'],
    ['https://shop.example', ''],
    ['https://shop.example', 'not a host'],
    ['https://evil.example', 'evil.example@shop.example'],
    ['null', 'shop.example'],
  ])('but not when its origin is %s and its host %s', (origin, host) => {
    expect(() => check(origin, host)).toThrow('may change anything');
  });

  it('and the refusal names a proxy that hides the host', () => {
    const own = { 'sec-fetch-site': 'same-origin' };

    expect(() => check('https://shop.example', 'backend:3000', own)).toThrow(/backend:3000.*TRUST_PROXY/);
  });
});
