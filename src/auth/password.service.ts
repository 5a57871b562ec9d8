import { Injectable, type OnModuleInit } from '@nestjs/common';
import argon2 from 'argon2';

/** OWASP Password Storage Cheat Sheet: argon2id, 19 MiB, two passes, one lane. */
const PARAMETERS = { type: argon2.argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

@Injectable()
export class PasswordService implements OnModuleInit {
  private hashOfNobody = '';

  async onModuleInit(): Promise<void> {
    this.hashOfNobody = await this.hash('the password of nobody');
  }

  /** Normalised (NFKC), so that the same password typed on another keyboard is the same. */
  async hash(password: string): Promise<string> {
    return argon2.hash(password.normalize('NFKC'), PARAMETERS);
  }

  /** Does the same work when there is no hash, so that the time does not tell whether the email is known. */
  async verify(hash: string | undefined, password: string): Promise<boolean> {
    const matches = await argon2.verify(hash ?? this.hashOfNobody, password.normalize('NFKC'));
    return matches && hash !== undefined;
  }
}
