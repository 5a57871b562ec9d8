import type { RequestSession } from './request-session.js';

/** The session of a signed cookie, not read yet. The id is null if there is no such cookie. */
export interface DeferredSession {
  readonly id: string | null;
  readonly load: () => Promise<RequestSession>;
}
