import type { EntityManager } from 'typeorm';
import type { MergeStrategy } from '../../config/environment.js';

/** What became of one product: how many the guest had, how many the user, how many there are now. */
export interface MergedLine {
  sku: string;
  guestQuantity: number;
  userQuantity: number;
  quantity: number;
  /** Why it is not what the strategy alone would have given. */
  notice: 'limited-to-stock' | 'limited-to-maximum' | 'unavailable' | null;
}

/** What a login did with the guest's basket. */
export interface MergeReport {
  /** none: there was no guest basket. assigned: it is the user's now. merged: into the basket the user had. */
  outcome: 'none' | 'assigned' | 'merged';
  strategy: MergeStrategy;
  /** Whose basket was frozen; it is open now. */
  thawed: ('guest' | 'user')[];
  lines: MergedLine[];
}

/**
 * A user has logged in; emitted within the transaction that makes it one.
 *
 * The user and the guest's session are locked. The handler answers with its MergeReport; when it throws, there was no
 * login.
 */
export class UserLoggedIn {
  static readonly NAME = 'user.logged-in';

  constructor(
    readonly manager: EntityManager,
    readonly userId: string,
    /** The guest's session that the login replaces. */
    readonly guestSession: { id: string; basketId: string | null } | null,
    /** The strategy that the login asked for. */
    readonly mergeStrategy?: MergeStrategy,
  ) {}
}
