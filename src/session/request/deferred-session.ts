import type { RequestSession } from './request-session.js';

/** A session that a signed cookie names and nobody has read; id null: there is none to read. */
export interface DeferredSession {
  readonly id: string | null;
  readonly load: () => Promise<RequestSession>;
}
