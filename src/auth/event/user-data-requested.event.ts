/**
 * A user wants all that is stored about them.
 *
 * Each handler answers with its part: an object whose members have the names of the export. A long list is an async
 * iterable of its pages (`toJsonChunks`), and is read while it is sent.
 */
export class UserDataRequested {
  static readonly NAME = 'user.data-requested';

  constructor(readonly userId: string) {}
}
