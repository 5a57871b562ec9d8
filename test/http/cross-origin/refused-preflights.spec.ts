import { describe, expect, it } from '@jest/globals';
import { logRefusedPreflights } from '../../../src/http/cross-origin/refused-preflights.js';

describe('a preflight of an origin that is not allowed', () => {
  const preflight = (origin: string, method = 'OPTIONS') => ({
    method,
    headers: { origin, 'access-control-request-method': 'PUT' },
  });

  it('is logged once per origin; one of an allowed origin is not logged', () => {
    const lines: string[] = [];
    const log = logRefusedPreflights(['https://partner.example'], (line) => lines.push(line));

    for (const origin of ['https://a.example', 'https://b.example', 'https://a.example'])
      log(preflight(origin));
    log(preflight('https://partner.example'));
    log(preflight('https://c.example', 'PUT'));
    log({ method: 'OPTIONS', headers: { origin: 'https://d.example' } });

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/https:\/\/a\.example.*ALLOWED_ORIGINS/);
    expect(lines[1]).toContain('https://b.example');
  });

  it('fills neither the log nor the memory, however many are sent', () => {
    const lines: string[] = [];
    const log = logRefusedPreflights([], (line) => lines.push(line));

    for (let n = 0; n < 1_000; n++) log(preflight(`https://${n}.${'x'.repeat(10_000)}.example`));

    expect(lines).toHaveLength(100);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(400);
  });
});
