import { describe, expect, it } from '@jest/globals';
import { responseHeaders } from '../../../src/http/response/response-headers.js';

describe('the headers of every answer', () => {
  it.each([
    ['host', 'max-age=31536000'],
    ['subdomains', 'max-age=31536000; includeSubDomains'],
    ['off', undefined],
  ] as const)('bind to https in production: HSTS=%s', (hsts, header) => {
    expect(responseHeaders({ isProduction: true, hsts })['strict-transport-security']).toBe(header);
  });

  it('bind nobody to https in development, and let nobody store an answer', () => {
    const headers = responseHeaders({ isProduction: false, hsts: 'subdomains' });

    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['cache-control']).toBe('no-store');
  });
});
