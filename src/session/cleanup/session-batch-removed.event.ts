/** A batch of expired sessions is gone for good; emitted after its commit. Or baskets whose own time was over, frozen ones. */
export class SessionBatchRemoved {
  static readonly NAME = 'session.batch-removed';

  constructor(
    readonly sessions: number,
    readonly baskets: number,
    readonly milliseconds: number,
  ) {}
}
