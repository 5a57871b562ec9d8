import type { RequestSession } from './request-session.js';

/** A session that a signed cookie names and nobody has looked for; id null: there is none to look for. */
export interface DeferredSession {
  readonly id: string | null;
  readonly load: () => Promise<RequestSession>;
}
