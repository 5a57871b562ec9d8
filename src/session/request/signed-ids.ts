import { parse } from 'cookie';
import { unsign } from 'cookie-signature';

/** The most ids that are looked up in one statement. A browser normally has one. */
const MAX_IDS = 10;

/** The prefix, the id, and a signature of HMAC-SHA256 in base64. */
const SIGNED = /^s:(.+\.[A-Za-z0-9+/]{43})$/;

/**
 * Returns the ids in a `Cookie` header that one of the secrets has signed, in their order, each
 * once.
 *
 * A browser can send several cookies with one name: from another path or a parent domain, from an
 * older shop, or planted by an attacker. So the first one may not be ours.
 *
 * Values with a wrong signature do not count for the limit. Otherwise planted values could hide
 * ours. The server limits the length of the headers, so there can't be many.
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
