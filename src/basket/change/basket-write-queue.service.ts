import { Injectable } from '@nestjs/common';
import { type BasketVisitor, ownerIdOf } from './basket-visitor.js';
import type { Conditions } from './conditions.decorator.js';
import { SerialQueue } from './serial-queue.js';

/** Changes that wait for one basket. */
const MAX_WAITING = 50;

/** As long as the database lets a statement wait for a lock. */
const MAX_MILLISECONDS = 5_000;

/**
 * Lets the changes of one visitor's basket wait in the process, where they hold no connection.
 *
 * The locks of the database still decide: another instance, or another session of the same user,
 * has a queue of its own. See docs/decisions/12-write-queues.md.
 */
@Injectable()
export class BasketWriteQueue {
  private readonly queue = new SerialQueue({ waiting: MAX_WAITING, milliseconds: MAX_MILLISECONDS });

  /** Makes a change when its turn has come. A guest without a session does not wait. */
  async run<T>(visitor: BasketVisitor, { closed }: Conditions, change: () => Promise<T>): Promise<T> {
    const ownerId = ownerIdOf(visitor);
    return ownerId === null ? change() : this.queue.run(ownerId, closed, change);
  }
}
