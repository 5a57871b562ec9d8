/**
 * Emitted after the last batch of a run of the cleanup.
 *
 * Handlers remove rows with another time limit, such as frozen baskets. They return the number of
 * removed baskets.
 */
export class ExpiredSessionsRemoved {
  static readonly NAME = 'session.expired-removed';

  constructor(
    readonly batchSize: number,
    /** Called between two batches. True if the run has no time left or was interrupted. */
    readonly shouldStop: () => boolean,
  ) {}
}
