import type { VisitorSession } from './request-session.js';

/** A session that a signed cookie names and nobody has looked for; id null: there is none to look for. */
export interface UnreadSession {
  readonly id: string | null;
  readonly read: () => Promise<VisitorSession>;
}
