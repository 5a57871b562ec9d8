import { describe, expect, it } from '@jest/globals';
import { responseHeaders } from '../../../src/http/response/response-headers.js';

describe('the headers of every response', () => {
  it.each([
    ['host', 'max-age=31536000'],
    ['subdomains', 'max-age=31536000; includeSubDomains'],
    ['off', undefined],
  ] as const)('require https in production: HSTS=%s', (hsts, header) => {
    expect(responseHeaders({ isProduction: true, hsts })['strict-transport-security']).toBe(header);
  });

  it('do not require https in development, and forbid to store the response', () => {
    const headers = responseHeaders({ isProduction: false, hsts: 'subdomains' });

    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
  });
});
