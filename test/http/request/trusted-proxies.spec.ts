import { describe, expect, it } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { hostOf, isSecure, trustedProxies } from '../../../src/http/request/trusted-proxies.js';

const request = (headers: Record<string, string>, remoteAddress = '127.0.0.1') =>
  ({ headers: { host: 'inner', ...headers }, socket: { remoteAddress } }) as unknown as IncomingMessage;

describe('X-Forwarded-Proto and -Host', () => {
  const trusting = (setting: number | string[] | undefined) => trustedProxies(setting);

  it('are ignored without TRUST_PROXY, and from an address that it does not name', () => {
    const forged = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };

    for (const trusted of [undefined, trusting(0), trusting(['192.0.2.0/24'])]) {
      expect(isSecure(request(forged), trusted)).toBeFalsy();
      expect(hostOf(request(forged), trusted)).toBe('inner');
    }
  });

  it.each([[1], [['loopback']]])('are used from the proxy that %j trusts', (setting) => {
    const sent = request({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'shop.example' });

    expect(isSecure(sent, trusting(setting))).toBe(true);
    expect(hostOf(sent, trusting(setting))).toBe('shop.example');
  });

  it('count as the one proxy appended them, not as the client sent them (Express would believe the client)', () => {
    const sent = request({
      'x-forwarded-for': '198.51.100.7',
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': 'evil.example, shop.example',
    });

    for (const setting of [1, ['loopback']]) {
      expect(isSecure(sent, trusting(setting))).toBe(false);
      expect(hostOf(sent, trusting(setting))).toBe('shop.example');
    }
  });

  it('count as the outer of two proxies saw them (Fastify would believe the inner one)', () => {
    const sent = request({
      'x-forwarded-for': '198.51.100.7, 10.0.0.2',
      'x-forwarded-proto': 'https, http',
      'x-forwarded-host': 'shop.example, outer',
    });

    for (const setting of [2, ['loopback', '10.0.0.0/8']]) {
      expect(isSecure(sent, trusting(setting))).toBe(true);
      expect(hostOf(sent, trusting(setting))).toBe('shop.example');
    }
  });

  it("count as the outer of two proxies appended them after the client's values", () => {
    const sent = request({
      'x-forwarded-for': '203.0.113.1, 198.51.100.7, 10.0.0.2',
      'x-forwarded-proto': 'https, http, http',
    });

    expect(isSecure(sent, trusting(2))).toBe(false);
    expect(isSecure(sent, trusting(['loopback', '10.0.0.0/8']))).toBe(false);
  });
});
