import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { retryTransaction } from '../database/retry-transaction.js';
import { Session } from '../session/session.entity.js';
import { endSessions } from './end-sessions.js';
import { lockUserVisitor } from './lock-user.js';
import { UserDataRequested } from './user-data-requested.event.js';
import { UserErased } from './user-erased.event.js';
import { toUserDto } from './user.dto.js';
import { User } from './user.entity.js';
import { UserService } from './user.service.js';
import type { UserVisitor } from './visitor.js';

/** What a user may ask of us under the law: GDPR, articles 15, 17 and 20. */
@Injectable()
export class UserDataService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UserService,
    private readonly events: EventEmitter2,
  ) {}

  /** Everything that is stored about a user, except secrets: the password's hash and the ids of sessions. */
  async export(userId: string): Promise<Record<string, unknown>> {
    const user = await this.users.get(userId);
    const sessions = await this.dataSource.manager.find(Session, {
      where: { userId },
      order: { createdAt: 'ASC' },
    });
    const event = new UserDataRequested(userId);
    const parts = (await this.events.emitAsync(UserDataRequested.NAME, event)) as object[];
    return Object.assign(
      {
        user: {
          ...toUserDto(user),
          tokenGeneration: user.tokenGeneration,
          tokensValidAfter: user.tokensValidAfter,
        },
        sessions: sessions.map(({ createdAt, expiredAt }) => ({ createdAt, expiresAt: new Date(expiredAt) })),
      },
      ...parts,
    ) as Record<string, unknown>;
  }

  /**
   * Erases a user in one transaction.
   *
   * @throws Problem `login-required` or `invalid-token`, when the session or the token ended meanwhile
   */
  async erase(visitor: UserVisitor): Promise<void> {
    const { userId } = visitor;
    await retryTransaction(this.dataSource, async (manager) => {
      await lockUserVisitor(manager, visitor);
      await endSessions(manager, userId);
      await this.events.emitAsync(UserErased.NAME, new UserErased(manager, userId));
      await manager.delete(User, { id: userId });
    });
  }
}
