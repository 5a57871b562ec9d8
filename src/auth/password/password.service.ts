import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { isDjangoPassword } from './django-password.js';
import { isUsableHash } from './password-hash.js';

/** Algorithm.Argon2id. The constants of the library do not exist at run time. */
const ARGON2ID: Algorithm = 2;

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. */
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/**
 * All cores but one. Hashing runs in threads, and a burst of logins would occupy every core. See
 * docs/decisions/15-login-concurrency.md.
 */
export const HASHES_AT_ONCE = Math.max(1, availableParallelism() - 1);

@Injectable()
export class PasswordService implements OnModuleInit {
  private readonly hashSlots = pLimit(HASHES_AT_ONCE);
  private dummyHash = '';

  async onModuleInit(): Promise<void> {
    this.dummyHash = await this.hash('the password of nobody');
  }

  /** Waits for a free hash slot and runs the work in it. */
  async withHashSlot<T>(work: () => Promise<T>): Promise<T> {
    return this.hashSlots(work);
  }

  /**
   * Hashes a password after its Unicode normalisation (NFKC).
   *
   * Two keyboards can encode the same password differently.
   */
  async hash(password: string): Promise<string> {
    return this.withHashSlot(() => hash(password.normalize('NFKC'), PARAMETERS));
  }

  /**
   * Verifies a password. Call it in a hash slot.
   *
   * A malformed hash, or one above the bounds of `password-hash.ts`, matches no password. Without a
   * usable hash, it verifies a dummy one: the response time must not reveal known emails.
   */
  async verify(known: string | undefined, password: string): Promise<boolean> {
    if (known === undefined || !isUsableHash(known)) return this.verifyDummy(password);
    try {
      if (!known.startsWith('$argon2')) return await isDjangoPassword(known, password);
      return await verify(known, password.normalize('NFKC'));
    } catch {
      // Only the library detects some malformed hashes. Any other failure happens again here.
      return this.verifyDummy(password);
    }
  }

  /** Says whether a hash has lower costs than ours, or comes from the user's previous shop. */
  isOutdated(known: string): boolean {
    const [, memory = '', passes = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),/.exec(known) ?? [];
    return Number(memory) < PARAMETERS.memoryCost || Number(passes) < PARAMETERS.timeCost;
  }

  private async verifyDummy(password: string): Promise<false> {
    await verify(this.dummyHash, password.normalize('NFKC'));
    return false;
  }
}
