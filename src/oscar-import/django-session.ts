import { inflateSync } from 'node:zlib';

/** The most bytes of a session after decompression. */
const MAX_BYTES = 1_000_000;

/**
 * Reads the column `session_data` of Django's table of sessions. Returns null if it can't be read.
 *
 * Since Django 3.1 the format is `payload:time:signature` in base64url. A payload with a dot before
 * it is compressed (`django.core.signing.dumps`). Earlier versions use base64 of `hash:payload`.
 *
 * The signature is not checked: everybody who can write to the shop's table can write anything.
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

/** The key under which django-oscar-api stores the id of a guest's basket. */
const OPEN_BASKET = 'oscar_open_basket';

/** Returns the id of the guest's basket in a session, or null. */
export function basketIdOf(session: Record<string, unknown>): number | null {
  const id = Number(session[OPEN_BASKET] ?? NaN);
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}
