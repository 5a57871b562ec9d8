import { Injectable } from '@nestjs/common';
import { EventEmitter2 } from '@nestjs/event-emitter';
import { DataSource } from 'typeorm';
import { retryTransaction } from '../../database/retry-transaction.js';
import { readPages } from '../../http/page/read-pages.js';
import { endSessions } from './end-sessions.js';
import { lockUserVisitor } from '../visitor/lock-user.js';
import { UserDataRequested } from '../event/user-data-requested.event.js';
import { UserErased } from '../event/user-erased.event.js';
import { toUserDto } from './user.dto.js';
import { User } from './user.entity.js';
import { UserService } from './user.service.js';
import type { UserVisitor } from '../visitor/visitor.js';

const PAGE_SIZE = 5_000;

interface SessionRow {
  id: string;
  /** `created_at` with its microseconds. A Date has only milliseconds. */
  cursor: string;
  createdAt: Date;
  expiredAt: number;
}

const SESSIONS = `
  SELECT id, created_at::text AS cursor, created_at AS "createdAt", expired_at::float8 AS "expiredAt"
  FROM sessions WHERE user_id = $1 AND (created_at, id) > ($2::timestamptz, $3)
  ORDER BY created_at, id LIMIT $4`;

/** Exports and erases the data of a user (GDPR, articles 15, 17 and 20). */
@Injectable()
export class UserDataService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly users: UserService,
    private readonly events: EventEmitter2,
  ) {}

  /**
   * Exports all stored data of a user except the secrets: the password hash and the ids of
   * sessions.
   *
   * Lists are read page by page while they are sent. So a slow client holds no database connection.
   */
  async export(userId: string): Promise<Record<string, unknown>> {
    const user = await this.users.get(userId);
    const event = new UserDataRequested(userId);
    const parts = (await this.events.emitAsync(UserDataRequested.NAME, event)) as object[];
    return Object.assign(
      {
        user: {
          ...toUserDto(user),
          tokenGeneration: user.tokenGeneration,
          tokensValidAfter: user.tokensValidAfter,
        },
        sessions: this.sessionPages(userId),
      },
      ...parts,
    ) as Record<string, unknown>;
  }

  private async *sessionPages(userId: string): AsyncGenerator<object[]> {
    const pages = readPages<SessionRow>(PAGE_SIZE, (last) =>
      this.dataSource.query(SESSIONS, [userId, last?.cursor ?? '-infinity', last?.id ?? '', PAGE_SIZE]),
    );
    for await (const page of pages) {
      yield page.map(({ createdAt, expiredAt }) => ({ createdAt, expiresAt: new Date(expiredAt) }));
    }
  }

  /**
   * Erases a user in one transaction.
   *
   * @throws Problem `login-required` if the session has ended meanwhile
   * @throws Problem `invalid-token` if the token has been revoked meanwhile
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
