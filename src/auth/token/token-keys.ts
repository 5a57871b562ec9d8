import { Injectable } from '@nestjs/common';
import { createHash, createSecretKey, type KeyObject } from 'node:crypto';
import { Environment } from '../../config/environment.js';

export interface TokenKey {
  /** The `kid` in the header of a token (RFC 7515, 4.1.4). */
  id: string;
  /**
   * A KeyObject, created once. jsonwebtoken would try to read a string as a private key for each
   * token.
   */
  secret: KeyObject;
}

/**
 * Holds the keys of access tokens.
 *
 * The first key signs, and all keys are accepted. So a key can be replaced without revoking tokens.
 */
@Injectable()
export class TokenKeys {
  private readonly keys: TokenKey[];

  constructor({ jwtSecrets }: Environment) {
    this.keys = jwtSecrets.map((secret) => ({ id: idOf(secret), secret: createSecretKey(secret, 'utf8') }));
  }

  get signing(): TokenKey {
    const [first] = this.keys;
    if (!first) throw new Error('JWT_SECRET has no key');
    return first;
  }

  /**
   * Finds the key of a token. Returns undefined for an unknown `kid`. A token without a `kid`
   * belongs to the first key.
   */
  find(token: string): TokenKey | undefined {
    const id = keyIdOf(token);
    return id === undefined ? this.signing : this.keys.find((key) => key.id === id);
  }
}

/** Derives an id that does not reveal the secret, and does not depend on the other keys. */
function idOf(secret: string): string {
  return createHash('sha256').update(`kid:${secret}`).digest('base64url').slice(0, 11);
}

/** Reads the `kid` of an unverified token. It only selects one of our keys. */
function keyIdOf(token: string): unknown {
  try {
    const header: unknown = JSON.parse(Buffer.from(token.split('.', 1)[0] ?? '', 'base64url').toString());
    return (header as { kid?: unknown } | null)?.kid;
  } catch {
    return undefined;
  }
}
