import { inflateSync } from 'node:zlib';

/** No session of a shopper is larger. */
const MAX_BYTES = 1_000_000;

/**
 * Reads the column `session_data` of Django's table of sessions; null: it can't be read.
 *
 * Since Django 3.1 it is `payload:time:signature`, in base64url, deflated when it begins with a point
 * (`django.core.signing.dumps`); before, base64 of `hash:payload`. The signature is not checked: who can write to the
 * shop's own table can write anything.
 */
export function readDjangoSession(text: string): Record<string, unknown> | null {
  try {
    const session: unknown = JSON.parse(payloadOf(text));
    const isMapping = typeof session === 'object' && session !== null && !Array.isArray(session);
    return isMapping ? (session as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function payloadOf(text: string): string {
  const [payload = '', , signature] = text.split(':');
  if (signature === undefined) {
    const old = Buffer.from(text, 'base64').toString();
    return old.slice(old.indexOf(':') + 1);
  }
  if (!payload.startsWith('.')) return Buffer.from(payload, 'base64url').toString();
  const deflated = Buffer.from(payload.slice(1), 'base64url');
  return inflateSync(deflated, { maxOutputLength: MAX_BYTES }).toString();
}

/** Where django-oscar-api keeps the id of a guest's basket. */
const OPEN_BASKET = 'oscar_open_basket';

/** The guest's basket that a session knows; null: none. */
export function basketIdOf(session: Record<string, unknown>): number | null {
  const id = Number(session[OPEN_BASKET] ?? NaN);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
