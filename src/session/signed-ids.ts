import { parse } from 'cookie';
import { unsign } from 'cookie-signature';

/** Each costs a signature to check, and the sessions of several are looked for. A browser has one, at worst a few. */
const MOST = 10;

const SIGNED = 's:';

/**
 * The ids in a `Cookie` header that one of the secrets has signed, in their order, each once.
 *
 * A browser can send several cookies of one name: of another path or a parent domain, of an older shop, or planted. So the
 * first is not always ours.
 */
export function signedIdsIn(header: string | undefined, name: string, secrets: string[]): string[] {
  if (!header?.includes(name)) return [];
  const values = header.split(';').flatMap((pair) => (pair.includes(name) ? (parse(pair)[name] ?? []) : []));
  const signed = values.filter((value) => value.startsWith(SIGNED)).slice(0, MOST);
  return [...new Set(signed.flatMap((value) => idOf(value.slice(SIGNED.length), secrets) ?? []))];
}

function idOf(value: string, secrets: string[]): string | null {
  for (const secret of secrets) {
    const id = unsign(value, secret);
    if (id !== false) return id;
  }
  return null;
}
