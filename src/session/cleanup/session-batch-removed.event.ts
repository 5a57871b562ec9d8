/**
 * Emitted after the commit of a batch of expired sessions, or of frozen baskets that have expired.
 */
export class SessionBatchRemoved {
  static readonly NAME = 'session.batch-removed';

  constructor(
    readonly sessions: number,
    readonly baskets: number,
    readonly milliseconds: number,
  ) {}
}
