import { CronTime, validateCronExpression } from 'cron';
import { isIP } from 'node:net';
import { databaseUrlProblem } from './database-url.js';
import { OperatorError } from '../problem/operator-error.js';

export type Variables = Record<string, string | undefined>;

const SECRET_LENGTH = 32;
const DEVELOPMENT_SECRET = 'for development only, never in production';

/** Lists all errors of the environment at once, one line per variable. */
export class InvalidEnvironment extends OperatorError {
  constructor(readonly problems: string[]) {
    super(`The environment is not valid:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  }
}

/** Reads variables one by one and collects their errors. An empty variable counts as not set. */
export class VariableReader {
  constructor(
    private readonly variables: Variables,
    private readonly problems: string[],
  ) {}

  text(name: string): string | undefined {
    return this.variables[name]?.trim() || undefined;
  }

  /** By default, the largest number is that of a timer and of an int4 column. */
  integer(name: string, fallback: number, min: number, max = 2_147_483_647): number {
    return this.integerOr(name, fallback, min, max);
  }

  integerOr<T>(name: string, fallback: T, min: number, max: number): number | T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const number = /^\d+$/.test(text) ? Number(text) : NaN;
    if (number >= min && number <= max) return number;
    return this.refuse(name, `must be a whole number from ${min} to ${max}, not "${text}"`, fallback);
  }

  /** Returns null for `off`. */
  limit(name: string, fallback: number | null): number | null {
    return this.text(name) === 'off' ? null : this.integerOr(name, fallback, 1, 1_000_000);
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(name);
    if (text === undefined) return fallback;
    const found = allowed.find((value) => value === text);
    return found ?? this.refuse(name, `must be one of ${allowed.join(', ')}, not "${text}"`, fallback);
  }

  databaseUrl(name: string, required: boolean): string | undefined {
    const text = this.text(name);
    if (text === undefined) {
      const why = 'is missing: the embedded PostgreSQL is for development and tests, never for production';
      return required ? this.refuse(name, why, undefined) : undefined;
    }
    const problem = databaseUrlProblem(text);
    return problem === null ? text : this.refuse(name, problem, undefined);
  }

  secrets(name: string, required: boolean): string[] {
    const secrets = (this.text(name) ?? '').split(',').flatMap((secret) => secret.trim() || []);
    if (!required) return secrets.length > 0 ? secrets : [DEVELOPMENT_SECRET];
    if (secrets.length === 0) return this.refuse(name, 'is missing', []);
    if (secrets.includes(DEVELOPMENT_SECRET)) return this.refuse(name, 'is the development secret', []);
    if (secrets.every((secret) => secret.length >= SECRET_LENGTH)) return secrets;
    return this.refuse(name, `is too short: at least ${SECRET_LENGTH} random characters each`, []);
  }

  cron(name: string, fallback: string): string | null {
    const text = this.text(name) ?? fallback;
    if (text === 'off') return null;
    if (!validateCronExpression(text).valid) {
      return this.refuse(name, `must be a cron expression or "off", not "${text}"`, null);
    }
    return isEverDue(text) ? text : this.refuse(name, `is never due: no date matches "${text}"`, null);
  }

  currency(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    if (/^[A-Z]{3}$/.test(text)) return text;
    return this.refuse(name, `must be an ISO 4217 code such as EUR, not "${text}"`, fallback);
  }

  /**
   * Reads a number of hops, or addresses and networks of proxies. "true" would trust every client.
   */
  trustProxy(name: string): number | string[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (/^\d{1,2}$/.test(text)) return Number(text);
    const proxies = text.split(',').map((proxy) => proxy.trim());
    if (proxies.every(isProxy)) return proxies;
    return this.refuse(name, `must be a number of hops or addresses, not "${text}"`, undefined);
  }

  /** Reads origins as browsers send them: without a path or a wildcard. */
  origins(name: string): string[] {
    const origins = (this.text(name) ?? '').split(',').flatMap((origin) => origin.trim() || []);
    const wrong = origins.find((origin) => !URL.canParse(origin) || new URL(origin).origin !== origin);
    if (wrong === undefined) return origins;
    return this.refuse(name, `must be origins such as https://shop.example, not "${wrong}"`, []);
  }

  /**
   * Reads a path prefix of plain segments, or an empty text for none.
   *
   * Proxies and browsers rewrite other segments.
   */
  basePath(name: string): string {
    const text = this.text(name) ?? '';
    if (text === '' || /^(\/(?!\.{1,2}(\/|$))[\w.~-]+)+$/.test(text)) return text;
    const why = 'must be a path such as /shop/basket: letters, digits and -._~, no slash at the end';
    return this.refuse(name, `${why}, not "${text}"`, '');
  }

  cookieName(name: string, fallback: string): string {
    const text = this.text(name) ?? fallback;
    if (/^(?!__(host|secure)-)[\w-]{1,64}$/i.test(text)) return text;
    const why = 'must be letters, digits, _ and -, without the prefix __Host-, which production adds';
    return this.refuse(name, `${why}, not "${text}"`, fallback);
  }

  private refuse<T>(name: string, why: string, fallback: T): T {
    this.problems.push(`${name} ${why}`);
    return fallback;
  }
}

/**
 * Says whether any date matches.
 *
 * `cron` searches eight years, the longest time from one 29 February to the next.
 */
function isEverDue(cron: string): boolean {
  try {
    new CronTime(cron).sendAt();
    return true;
  } catch {
    return false;
  }
}

function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const family = isIP(address);
  return family > 0 && rest.length === 0 && (bits === undefined || Number(bits) <= (family === 4 ? 32 : 128));
}
