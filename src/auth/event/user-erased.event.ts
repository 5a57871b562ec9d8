import type { EntityManager } from 'typeorm';

/**
 * The erasure of a user, emitted in its transaction. The user is locked, and the row still exists.
 *
 * Each handler must remove its references to the user. A remaining reference makes the erasure
 * fail.
 */
export class UserErased {
  static readonly NAME = 'user.erased';

  constructor(
    readonly manager: EntityManager,
    readonly userId: string,
  ) {}
}
