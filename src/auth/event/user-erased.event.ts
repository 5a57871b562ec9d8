import type { EntityManager } from 'typeorm';

/**
 * A user is being erased; emitted within the transaction, the user locked, before the row goes.
 *
 * Who keeps something of the user releases it now: a row that still refers to the user stops the erasure.
 */
export class UserErased {
  static readonly NAME = 'user.erased';

  constructor(
    readonly manager: EntityManager,
    readonly userId: string,
  ) {}
}
