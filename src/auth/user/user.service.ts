import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { codeOf } from '../../problem/database-unavailable.js';
import { Problem } from '../../problem/problem.js';
import type { RegistrationDto } from '../password/credentials.dto.js';
import { endSessions } from './end-sessions.js';
import { lockUser } from '../visitor/lock-user.js';
import { LoginLimiter } from '../login/login-limiter.service.js';
import { PasswordService } from '../password/password.service.js';
import { type Role, User } from './user.entity.js';
import { loginRequired } from '../visitor/visitor.decorator.js';

const UNIQUE_VIOLATION = '23505';

@Injectable()
export class UserService {
  constructor(
    @InjectRepository(User) private readonly users: Repository<User>,
    private readonly passwords: PasswordService,
    private readonly limiter: LoginLimiter,
  ) {}

  /**
   * Registers a customer.
   *
   * @throws Problem `email-taken`, also for the second of two concurrent registrations;
   * `too-many-registrations`
   */
  async register(registration: RegistrationDto, address: string): Promise<User> {
    await this.limiter.countRegistration(address);
    return this.create(registration, 'customer');
  }

  /**
   * Creates an admin, or makes an existing user an admin. Returns true for a new user.
   *
   * An existing user keeps the password. All sessions end: an attacker in the session of a customer
   * must not get the rights of an admin.
   */
  async createAdmin(email: string, password: string): Promise<boolean> {
    const known = await this.findByEmail(email);
    if (known) {
      await this.users.manager.transaction(async (manager) => {
        if (!(await lockUser(manager, known.id))) throw loginRequired();
        await manager.update(User, { id: known.id }, { role: 'admin' });
        await endSessions(manager, known.id);
      });
      return false;
    }
    await this.create({ email, password }, 'admin');
    return true;
  }

  /**
   * Hashes a verified password with the current costs. Updates only if the hash is still the one
   * that we verified.
   */
  async rehash(user: User, password: string): Promise<User> {
    const passwordHash = await this.passwords.hash(password);
    const outdated = { id: user.id, passwordHash: user.passwordHash };
    const { affected } = await this.users.update(outdated, { passwordHash });
    return affected ? { ...user, passwordHash } : user;
  }

  async findByEmail(email: string): Promise<User | null> {
    return this.users.findOneBy({ email: normaliseEmail(email) });
  }

  /** @throws Problem `login-required` if the user was erased during the request */
  async get(id: string): Promise<User> {
    const user = await this.users.findOneBy({ id });
    if (!user) throw loginRequired();
    return user;
  }

  private async create({ email, password, displayName }: RegistrationDto, role: Role): Promise<User> {
    const passwordHash = await this.passwords.hash(password);
    const user = { email: normaliseEmail(email), passwordHash, displayName: displayName ?? null, role };
    try {
      return await this.users.save(this.users.create(user));
    } catch (error) {
      if (codeOf(error) !== UNIQUE_VIOLATION) throw error;
      throw new Problem('email-taken', 'Log in, or register another email address.');
    }
  }
}

/** Normalises an email address: one address belongs to one user, however it is typed. */
export function normaliseEmail(email: string): string {
  return email.trim().normalize('NFC').toLowerCase();
}
