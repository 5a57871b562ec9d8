/**
 * The request of a user for an export of their data.
 *
 * Each handler returns a part of the export: an object with its members. A long list is an async
 * iterable of pages (`toJsonChunks`), and is read while it is sent.
 */
export class UserDataRequested {
  static readonly NAME = 'user.data-requested';

  constructor(readonly userId: string) {}
}
