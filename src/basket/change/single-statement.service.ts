import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { GuestVisitor, Visitor } from '../../auth/visitor/visitor.js';
import { type NamedStatement, queryNamed, type StatementValue } from '../../database/named-statement.js';
import { isConflict } from '../../database/retry-transaction.js';
import { Environment } from '../../config/environment.js';
import { SessionLifetimes } from '../../session/session-expiry.js';
import { sessionReplaced } from '../../session/request/session-replaced.js';
import { SessionStore } from '../../session/store/session.store.js';
import type { BasketDto } from '../basket.dto.js';
import { type BasketVisitor, ownerIdOf } from './basket-visitor.js';
import type { Conditions } from './conditions.decorator.js';
import { LineKey } from './line-key.service.js';
import { isKeyConflict } from './idempotency.js';
import { READ_BY_SESSION, type SessionBasketRow } from '../query/read-by-session.queries.js';
import { CREATE_GUEST_BASKET } from '../query/create-guest-basket.queries.js';
import {
  CHANGE_LINE,
  CHANGE_LINE_BY_VARIANT,
  CHANGE_LINE_ONCE,
  REMOVE_LINE,
} from '../query/single-statement.queries.js';
import { isAvailabilityUncertain, settleAvailability } from '../query/availability.js';
import { canBeVariant } from '../query/line-id.js';
import { findUserBasket, type OpenBasketRow, toBaskets } from '../query/basket-snapshot.js';
import { type AddedLine, addedValues, toAddedLine } from '../query/line-columns.js';
import { toBasketDto } from '../to-basket-dto.js';

type ChangedRow = OpenBasketRow & { wasActive?: boolean; sessionExpiresAt?: number };

/**
 * Reads a basket, or changes one line, in one statement. The statement reads the session as well.
 *
 * A change returns null, and changes nothing, if one statement is not enough. The caller then takes
 * locks and reports the reason. See docs/decisions/02-single-statement.md.
 */
@Injectable()
export class SingleStatement {
  constructor(
    private readonly dataSource: DataSource,
    private readonly environment: Environment,
    private readonly lifetimes: SessionLifetimes,
    private readonly sessions: SessionStore,
    private readonly lineKey: LineKey,
  ) {}

  async read(visitor: BasketVisitor): Promise<BasketDto> {
    const { currency } = this.environment;
    if (visitor.kind === 'user') {
      const basket = await findUserBasket(this.dataSource, visitor.userId);
      return toBasketDto(basket, { currency, owner: 'user' });
    }
    const { sessionId } = visitor;
    if (sessionId === null) return toBasketDto(null, { currency });
    const { idle, absolute } = this.lifetimes;
    const values = [sessionId, idle, absolute];
    const rows = await queryNamed<SessionBasketRow>(this.dataSource, READ_BY_SESSION, values);
    const [session] = rows;
    if (!session) return toBasketDto(null, { currency });
    const expiresAt = await this.sessions.extendExpiry(sessionId, session);
    // A session without a basket is one row without an id.
    const [basket = null] = session.id === null ? [] : toBaskets(rows);
    if (basket && isAvailabilityUncertain(basket)) await settleAvailability(this.dataSource, basket);
    return toBasketDto(basket, { currency, owner: session.userId ? 'user' : 'guest', expiresAt });
  }

  /** @throws Problem `migration-pending` for attributes, until the key of a line has its variant */
  async addLine(visitor: BasketVisitor, conditions: Conditions, line: AddedLine): Promise<BasketDto | null> {
    if (line.variant !== '') await this.lineKey.assertAllowed(line.attributes);
    const { idempotent } = conditions;
    const statements = idempotent ? CHANGE_LINE_ONCE : CHANGE_LINE;
    const values = idempotent ? [idempotent.key, idempotent.hash] : [];
    return this.changeLine(visitor, conditions, statements, { line, isAdded: true }, values);
  }

  /** Returns null, and changes nothing, also if no line has this variant. */
  async setQuantity(
    visitor: BasketVisitor,
    conditions: Conditions,
    lineId: string,
    quantity: number,
  ): Promise<BasketDto | null> {
    const isVariant = canBeVariant(lineId);
    const line = { ...toAddedLine({ sku: lineId, quantity }), ...(isVariant && { variant: lineId }) };
    const statements = isVariant ? CHANGE_LINE_BY_VARIANT : CHANGE_LINE;
    return this.changeLine(visitor, conditions, statements, { line, isAdded: false });
  }

  private async changeLine(
    visitor: BasketVisitor,
    { ifMatch }: Conditions,
    statements: Record<'session' | 'user', NamedStatement>,
    { line, isAdded }: { line: AddedLine; isAdded: boolean },
    idempotency: string[] = [],
  ): Promise<BasketDto | null> {
    const ownerId = ownerIdOf(visitor);
    if (ownerId === null || ifMatch) return null;
    const { basketMaxQuantity, basketMaxLines } = this.environment;
    return this.change(visitor, statements[byOf(visitor)], [
      ownerId,
      ...addedValues(line),
      isAdded,
      basketMaxQuantity,
      basketMaxLines,
      ...this.validityValues(visitor),
      ...idempotency,
    ]);
  }

  async removeLine(
    visitor: BasketVisitor,
    { ifMatch }: Conditions,
    lineId: string,
  ): Promise<BasketDto | null> {
    const ownerId = ownerIdOf(visitor);
    if (ownerId === null || ifMatch) return null;
    return this.change(visitor, REMOVE_LINE[byOf(visitor)], [
      ownerId,
      lineId,
      ...this.validityValues(visitor),
    ]);
  }

  /** Creates a guest's session, basket and first line. */
  async createGuestBasket(
    { session }: GuestVisitor,
    { ifMatch, idempotent }: Conditions,
    line: AddedLine,
  ): Promise<BasketDto | null> {
    if (session.snapshot || ifMatch || idempotent || line.quantity > this.environment.basketMaxQuantity)
      return null;
    const basketId = uuidv7();
    const { idle, absolute } = this.lifetimes;
    const created = await session.createWith({ basketId }, async ({ id, json }) => {
      const values = [idle, absolute, id, json, basketId, ...addedValues(line)];
      const rows = await this.run(CREATE_GUEST_BASKET, values);
      const { sessionExpiresAt: expiredAt } = rows[0] ?? {};
      return expiredAt === undefined ? null : { expiredAt, rows };
    });
    return created && this.toDto(created.rows);
  }

  private async change(
    visitor: BasketVisitor,
    statement: NamedStatement,
    values: StatementValue[],
  ): Promise<BasketDto | null> {
    const rows = await this.run(statement, values);
    const [row] = rows;
    if (row?.id) return this.toDto(rows);
    if (row?.wasActive && visitor.kind === 'deferred') assertActive(await visitor.load());
    return null;
  }

  private async run(statement: NamedStatement, values: StatementValue[]): Promise<ChangedRow[]> {
    try {
      return await queryNamed<ChangedRow>(this.dataSource, statement, values);
    } catch (error) {
      // A concurrent request was faster. The caller tries again under the lock, or finds its key.
      if (isConflict(error) || isKeyConflict(error)) return [];
      throw error;
    }
  }

  private async toDto(rows: ChangedRow[]): Promise<BasketDto> {
    const { currency } = this.environment;
    const [basket = null] = toBaskets(rows);
    if (basket && isAvailabilityUncertain(basket)) await settleAvailability(this.dataSource, basket);
    return toBasketDto(basket, { currency, expiresAt: rows[0]?.sessionExpiresAt });
  }

  /** Returns the values with which the statement checks the session or the token. */
  private validityValues(visitor: BasketVisitor): StatementValue[] {
    const { idle, absolute, minExtensionMs } = this.lifetimes;
    return visitor.kind === 'deferred' ? [idle, absolute, minExtensionMs] : [visitor.tokenGeneration ?? null];
  }
}

/** @throws Problem `session-replaced` if the session ended meanwhile, as `lockOwner` does */
function assertActive(visitor: Visitor): void {
  if (visitor.kind === 'guest' && !visitor.session.active) throw sessionReplaced();
}

function byOf({ kind }: BasketVisitor): 'session' | 'user' {
  return kind === 'user' ? 'user' : 'session';
}
