import { PROBLEMS, type ProblemType } from './problem-types.js';

/** The additional members of a problem, by name. */
export type ProblemMembers = Record<string, unknown>;

/**
 * An error for the client. The type determines the status, and the message says how to continue.
 */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly headers: Record<string, string>;

  /** @param options `status` chooses the second status of the type (`SECOND_STATUS`) */
  constructor(
    readonly type: ProblemType,
    detail: string,
    readonly members: ProblemMembers = {},
    options: ErrorOptions & { status?: number; headers?: Record<string, string> } = {},
  ) {
    super(detail, options);
    const [status, title] = PROBLEMS[type];
    this.status = options.status ?? status;
    this.title = title;
    // RFC 9110: each 401 names an authentication scheme.
    this.headers = { ...(this.status === 401 && { 'WWW-Authenticate': 'Bearer' }), ...options.headers };
  }
}
