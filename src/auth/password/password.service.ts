import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Algorithm, hash, verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { isDjangoPassword } from './django-password.js';
import { isUsableHash } from './password-hash.js';

/** Algorithm.Argon2id: its constants are not there at run time. */
const ARGON2ID: Algorithm = 2;

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. */
const PARAMETERS = { algorithm: ARGON2ID, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** One core is left for everybody else: hashing is done in threads, and a burst of logins would take them all. */
export const HASHES_AT_ONCE = Math.max(1, availableParallelism() - 1);

@Injectable()
export class PasswordService implements OnModuleInit {
  private readonly hashSlots = pLimit(HASHES_AT_ONCE);
  private dummyHash = '';

  async onModuleInit(): Promise<void> {
    this.dummyHash = await this.hash('the password of nobody');
  }

  /** Runs the work in a slot for hashing, and waits until one is free. */
  async withHashSlot<T>(work: () => Promise<T>): Promise<T> {
    return this.hashSlots(work);
  }

  /** Normalised (NFKC), so that the same password typed on another keyboard is the same. */
  async hash(password: string): Promise<string> {
    return this.withHashSlot(() => hash(password.normalize('NFKC'), PARAMETERS));
  }

  /**
   * To be called in a hash slot. A malformed hash, or one above the bounds of `password-hash.ts`, matches nothing.
   *
   * Does the same work when there is no usable hash, so that the time does not tell whether the email is known.
   */
  async verify(known: string | undefined, password: string): Promise<boolean> {
    if (known === undefined || !isUsableHash(known)) return this.verifyDummy(password);
    try {
      if (!known.startsWith('$argon2')) return await isDjangoPassword(known, password);
      return await verify(known, password.normalize('NFKC'));
    } catch {
      // Only the library detects some malformed strings. Any other failure happens again in this call.
      return this.verifyDummy(password);
    }
  }

  /** Whether a hash was made with less work than today's, or by the shop that the user came from. */
  isOutdated(known: string): boolean {
    const [, memory = '', passes = ''] = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),/.exec(known) ?? [];
    return Number(memory) < PARAMETERS.memoryCost || Number(passes) < PARAMETERS.timeCost;
  }

  private async verifyDummy(password: string): Promise<false> {
    await verify(this.dummyHash, password.normalize('NFKC'));
    return false;
  }
}
