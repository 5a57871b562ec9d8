import { createHash, randomBytes } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** The prefix distinguishes keys from access tokens, and lets scanners find leaked keys. */
const KEY = /^bk_[\w-]{43}$/;
const BEARER_KEY = /^bearer +(bk_.*)$/i;

/** Creates a key of 32 random bytes. */
export function createKey(): string {
  return `bk_${randomBytes(32).toString('base64url')}`;
}

/** Returns the API key of a request, valid or not. Null: the request has none. */
export function findKey({ authorization = '' }: IncomingHttpHeaders): string | null {
  return BEARER_KEY.exec(authorization)?.[1] ?? null;
}

export function isWellFormed(key: string): boolean {
  return KEY.test(key);
}

/**
 * The database compares only hashes. So the time of a lookup reveals nothing about the stored keys.
 */
export function hashKey(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
