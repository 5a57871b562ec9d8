import { Injectable } from '@nestjs/common';
import { type BasketVisitor, ownerIdOf } from './basket-visitor.js';
import type { Conditions } from './conditions.decorator.js';
import { SerialQueue } from './serial-queue.js';

/** The maximum number of waiting changes of one basket. */
const MAX_WAITING = 50;

/** The longest wait of a change. The database waits for a lock as long (`lock_timeout`). */
const MAX_MILLISECONDS = 5_000;

/**
 * Queues the changes of one visitor's basket in the process, so that they hold no connection.
 *
 * The queue does not replace the locks of the database: another instance, or another session of the
 * same user, has its own queue. See docs/decisions/12-write-queues.md.
 */
@Injectable()
export class BasketWriteQueue {
  private readonly queue = new SerialQueue({ waiting: MAX_WAITING, milliseconds: MAX_MILLISECONDS });

  /** Runs the change after the changes before it. A guest without a session does not wait. */
  async run<T>(visitor: BasketVisitor, { closed }: Conditions, change: () => Promise<T>): Promise<T> {
    const ownerId = ownerIdOf(visitor);
    return ownerId === null ? change() : this.queue.run(ownerId, closed, change);
  }
}
