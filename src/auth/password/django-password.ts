import { verify } from '@node-rs/argon2';
import { pbkdf2, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const derive = promisify(pbkdf2);

/** The hash functions by their name in Django, with the name in Node and the length in bytes. */
const DIGESTS: Record<string, [name: string, bytes: number]> = {
  pbkdf2_sha256: ['sha256', 32],
  pbkdf2_sha1: ['sha1', 20],
};

/**
 * Says whether a password matches a usable hash of a user from a Django shop (`baskets:import`).
 *
 * The formats are those of `django.contrib.auth.hashers`: `pbkdf2_sha256$iterations$salt$hash` in
 * base64, or the prefix `argon2` and then argon2's own format.
 */
export async function isDjangoPassword(known: string, password: string): Promise<boolean> {
  const [algorithm = '', iterations, salt = '', hash = ''] = known.split('$');
  if (algorithm === 'argon2') return verify(known.slice(algorithm.length), password);
  const digest = DIGESTS[algorithm];
  if (!digest) return false;
  const [name, bytes] = digest;
  const derived = await derive(password, salt, Number(iterations), bytes, name);
  const expected = Buffer.from(hash, 'base64');
  return expected.length === derived.length && timingSafeEqual(expected, derived);
}
