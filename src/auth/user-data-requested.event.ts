/** A user wants all that is stored about them; each handler answers with its part, by the name it has in the export. */
export class UserDataRequested {
  static readonly NAME = 'user.data-requested';

  constructor(readonly userId: string) {}
}
