import type { Request } from 'express';
import type { VisitorSession } from './visitor-session.js';

/** A session that a signed cookie names and nobody has looked for; id null: there is none to look for. */
export interface UnreadSession {
  readonly id: string | null;
  readonly read: () => Promise<VisitorSession>;
}

const unreadSessions = new WeakMap<Request, UnreadSession>();

export function rememberUnreadSession(request: Request, session: UnreadSession): void {
  unreadSessions.set(request, session);
}

export function unreadSessionOf(request: Request): UnreadSession | undefined {
  return unreadSessions.get(request);
}
