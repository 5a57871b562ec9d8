/**
 * A run of the cleanup has removed what sessions it had to; emitted after the last batch.
 *
 * Who keeps something for a limited time cleans up now. A handler answers with how many baskets went.
 */
export class ExpiredSessionsRemoved {
  static readonly NAME = 'session.expired-removed';

  constructor(
    readonly batchSize: number,
    /** Asked between two batches: the run has no time left, or was interrupted. */
    readonly shouldStop: () => boolean,
  ) {}
}
