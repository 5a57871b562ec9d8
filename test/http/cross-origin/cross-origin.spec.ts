import { describe, expect, it } from '@jest/globals';
import { rejectCrossOrigin } from '../../../src/http/cross-origin/cross-origin.js';

describe('a write', () => {
  const check = (origin: string, host: string, headers: Record<string, string> = {}) => {
    rejectCrossOrigin({ method: 'POST', headers: { origin, ...headers } }, host, [], () => false);
  };

  it.each([
    ['https://shop.example', 'shop.example'],
    ['https://shop.example', 'shop.example:443'],
    ['http://shop.example', 'shop.example:80'],
    ['https://shop.example', 'SHOP.example'],
    ['https://shop.example:8443', 'shop.example:8443'],
    ['http://[::1]:3000', '[::1]:3000'],
  ])('is same-origin when its origin is %s and its host %s', (origin, host) => {
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
  ])('is not same-origin when its origin is %s and its host %s', (origin, host) => {
    expect(() => check(origin, host)).toThrow('may send changes');
  });

  it('is refused with a hint at a proxy that hides the host', () => {
    const own = { 'sec-fetch-site': 'same-origin' };

    expect(() => check('https://shop.example', 'backend:3000', own)).toThrow(/backend:3000.*TRUST_PROXY/);
  });
});

describe('a write of an allowed origin', () => {
  const PARTNER = 'https://partner.example';
  const check = (headers: Record<string, string>, needsNoCookie = false) => {
    const request = { method: 'PUT', headers: { origin: PARTNER, ...headers } };
    rejectCrossOrigin(request, 'shop.example', [PARTNER], () => needsNoCookie);
  };

  it.each<[string, Record<string, string>, boolean]>([
    ['of the same site', { 'sec-fetch-site': 'same-site' }, false],
    ['of a client without Fetch Metadata', {}, false],
    ['of another site with a token', { 'sec-fetch-site': 'cross-site', authorization: 'Bearer x' }, false],
    ['of another site, where no cookie is needed', { 'sec-fetch-site': 'cross-site' }, true],
  ])('is accepted when it is %s', (_, headers, needsNoCookie) => {
    expect(() => check(headers, needsNoCookie)).not.toThrow();
  });

  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'Cross-Site' },
    { 'sec-fetch-site': 'cross-site', authorization: 'Basic x' },
    { 'sec-fetch-site': 'cross-site', cookie: 'sid=s%3Ax.y' },
  ])('is refused when the browser would keep no session for it: %j', (headers) => {
    expect(() => check(headers)).toThrow('log in by POST /api/auth/login');
  });
});
