import type { EntityManager } from 'typeorm';
import type { MergeStrategy } from '../../config/environment.js';

/**
 * The effect of a login on one line: the quantities of the guest, of the user, and after the login.
 */
export interface MergedLine {
  id: string;
  sku: string;
  attributes: Readonly<Record<string, string>>;
  guestQuantity: number;
  userQuantity: number;
  quantity: number;
  /** The reason for a quantity other than the strategy's, or for a product that can't be bought. */
  notice: 'limited-to-stock' | 'limited-to-maximum' | 'unavailable' | null;
}

/** The effect of a login on the guest's basket. */
export interface MergeReport {
  /**
   * none: the guest had no basket. assigned: the guest's basket now belongs to the user. merged:
   * the guest's lines are now in the user's basket.
   */
  outcome: 'none' | 'assigned' | 'merged';
  strategy: MergeStrategy;
  /** True if the guest's basket is frozen for a payment. It is now the user's, unchanged. */
  paymentUnderWay: boolean;
  lines: MergedLine[];
}

/**
 * A user's login, emitted in its transaction.
 *
 * The user and the guest's session are locked. The handler returns its MergeReport. If it throws,
 * the login is rolled back.
 */
export class UserLoggedIn {
  static readonly NAME = 'user.logged-in';

  constructor(
    readonly manager: EntityManager,
    readonly userId: string,
    /** The guest's session that the login replaces. */
    readonly guestSession: { id: string; basketId: string | null } | null,
    /** The strategy from the login request. */
    readonly mergeStrategy?: MergeStrategy,
  ) {}
}
