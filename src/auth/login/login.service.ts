import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource, type EntityManager } from 'typeorm';
import { SessionLimit } from '../../session/limit/session-limit.service.js';
import { SessionStore } from '../../session/store/session.store.js';
import type { ReplacedSession } from '../../session/store/session.queries.js';
import type { RequestSession } from '../../session/request/request-session.js';
import type { TokenGrant } from '../token/access-token.service.js';
import { AuthenticationService, retryOnChangedHash } from './authentication.service.js';
import type { LoginRequestDto } from '../password/credentials.dto.js';
import { lockUser } from '../visitor/lock-user.js';
import { type MergeReport, UserLoggedIn } from '../event/user-logged-in.event.js';
import { User } from '../user/user.entity.js';

export interface Login {
  user: User;
  basket: MergeReport;
  token: TokenGrant;
}

@Injectable()
export class LoginService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authentication: AuthenticationService,
    private readonly sessions: SessionStore,
    private readonly sessionLimit: SessionLimit,
    private readonly events: EventEmitter2,
  ) {}

  /**
   * Logs a user in and replaces the session, against session fixation.
   *
   * Everything is one transaction, so a failure changes neither the session nor the basket. A page
   * on another site gets only a token, because its browser would not store a session cookie. See
   * docs/decisions/03-tombstone.md.
   *
   * @throws Problem `invalid-credentials` or `too-many-logins`
   */
  async logIn(credentials: LoginRequestDto, session: RequestSession, address: string): Promise<Login> {
    const login = await retryOnChangedHash(async () => {
      // Outside of the transaction: hashing takes long and must not hold locks.
      const user = await this.authentication.authenticate(credentials, address);
      return session.inTransaction(this.dataSource, (manager) =>
        this.completeLogin(manager, user, session, credentials),
      );
    });
    if (session.isCookieKept && session.snapshot)
      await this.sessionLimit.apply(login.user.id, session.snapshot.id);
    return login;
  }

  /** Returns null if the hash is no longer the one that we verified, or if the user is gone. */
  private async completeLogin(
    manager: EntityManager,
    user: User,
    session: RequestSession,
    { mergeStrategy }: LoginRequestDto,
  ): Promise<Login | null> {
    const locked = await lockUser(manager, user.id);
    if (locked?.passwordHash !== user.passwordHash) return null;
    const { tokenGeneration, now } = locked;
    const guest = session.isCookieKept ? await this.replaceSession(manager, session) : null;
    const basket = await this.mergeOnLogin(new UserLoggedIn(manager, user.id, guest, mergeStrategy));
    if (session.isCookieKept) await session.create(manager, { userId: user.id });
    return { user, basket, token: { userId: user.id, tokenGeneration, now } };
  }

  /**
   * Replaces the session, and returns it if it was a guest's.
   *
   * Of two concurrent logins, the second one finds a tombstone and gets null.
   */
  private async replaceSession(
    manager: EntityManager,
    session: RequestSession,
  ): Promise<ReplacedSession | null> {
    const replaced = session.active && (await this.sessions.replace(manager, session.active.id));
    return replaced?.userId === null ? replaced : null;
  }

  private async mergeOnLogin(event: UserLoggedIn): Promise<MergeReport> {
    const [report] = (await this.events.emitAsync(UserLoggedIn.NAME, event)) as [MergeReport?];
    if (!report) throw new Error('No handler of UserLoggedIn returned a merge report.');
    return report;
  }
}
