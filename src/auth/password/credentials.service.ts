import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { retryTransaction } from '../../database/retry-transaction.js';
import { SessionStore } from '../../session/store/session.store.js';
import type { RequestSession } from '../../session/request/request-session.js';
import { AuthenticationService, retryOnChangedHash } from '../login/authentication.service.js';
import type { PasswordChangeDto } from './credentials.dto.js';
import { endSessions } from '../user/end-sessions.js';
import { lockUserVisitor } from '../visitor/lock-user.js';
import { PasswordService } from './password.service.js';
import { User } from '../user/user.entity.js';
import { UserService } from '../user/user.service.js';
import { loginRequired } from '../visitor/visitor.decorator.js';
import type { UserVisitor } from '../visitor/visitor.js';

/** Changes passwords and logs users out everywhere, for example after an attack on an account. */
@Injectable()
export class CredentialsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UserService,
    private readonly passwords: PasswordService,
    private readonly authentication: AuthenticationService,
    private readonly sessions: SessionStore,
  ) {}

  /**
   * Changes the password, ends all other sessions, revokes all access tokens, and replaces the
   * session of the request.
   *
   * @throws Problem `invalid-credentials` or `too-many-logins`
   */
  async changePassword(
    visitor: UserVisitor,
    { currentPassword, newPassword }: PasswordChangeDto,
    session: RequestSession,
    address: string,
  ): Promise<void> {
    const { userId } = visitor;
    await retryOnChangedHash(async () => {
      const user = await this.users.get(userId);
      await this.authentication.confirm(user, currentPassword, address);
      const passwordHash = await this.passwords.hash(newPassword);
      return session.inTransaction(this.dataSource, async (manager) => {
        const locked = await lockUserVisitor(manager, visitor);
        if (locked.passwordHash !== user.passwordHash) return null;
        await manager.update(User, { id: userId }, { passwordHash });
        await this.replaceSession(manager, userId, session);
        return true;
      });
    });
  }

  /**
   * Ends all sessions of the user and revokes all access tokens.
   *
   * @throws Problem `login-required` if the session has ended meanwhile
   * @throws Problem `invalid-token` if the token has been revoked meanwhile
   */
  async logOutEverywhere(visitor: UserVisitor): Promise<void> {
    await retryTransaction(this.dataSource, async (manager) => {
      await lockUserVisitor(manager, visitor);
      await endSessions(manager, visitor.userId);
    });
  }

  /** Ends all sessions of the user. Creates a new one if the request came by a session. */
  private async replaceSession(
    manager: EntityManager,
    userId: string,
    session: RequestSession,
  ): Promise<void> {
    const { active } = session;
    const own = active?.userId === userId ? active : undefined;
    // Another request may have ended the session while this one waited.
    if (own && !(await this.sessions.replace(manager, own.id))) throw loginRequired();
    await endSessions(manager, userId);
    if (own) await session.create(manager, { userId });
  }
}
