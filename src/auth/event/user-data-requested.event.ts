/**
 * A user's request for an export of their data.
 *
 * Each handler returns its part: an object whose members have the names of the export. A long list
 * is an async iterable of pages (`toJsonChunks`). It is read while it is sent.
 */
export class UserDataRequested {
  static readonly NAME = 'user.data-requested';

  constructor(readonly userId: string) {}
}
