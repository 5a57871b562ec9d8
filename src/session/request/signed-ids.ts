import { parse } from 'cookie';
import { unsign } from 'cookie-signature';

/** The sessions of several ids are looked for in one statement. A browser has one id, at worst a few. */
const MAX_IDS = 10;

/** The mark, the id, and a signature of HMAC-SHA256 in base64. */
const SIGNED = /^s:(.+\.[A-Za-z0-9+/]{43})$/;

/**
 * The ids in a `Cookie` header that one of the secrets has signed, in their order, each once.
 *
 * A browser can send several cookies of one name: of another path or a parent domain, of an older shop, or planted. So the
 * first is not always ours. Values with a wrong signature do not count for the limit, or planted ones could hide ours. A
 * check takes some microseconds, and the server bounds the length of all headers.
 */
export function signedIdsIn(header: string | undefined, name: string, secrets: string[]): string[] {
  if (!header?.includes(name)) return [];
  const ids = new Set<string>();
  for (const pair of header.split(';')) {
    const value = pair.includes(name) ? (parse(pair)[name] ?? '') : '';
    const [, signed] = SIGNED.exec(value) ?? [];
    const id = signed === undefined ? null : idOf(signed, secrets);
    if (id !== null) ids.add(id);
    if (ids.size === MAX_IDS) break;
  }
  return [...ids];
}

function idOf(value: string, secrets: string[]): string | null {
  for (const secret of secrets) {
    const id = unsign(value, secret);
    if (id !== false) return id;
  }
  return null;
}
