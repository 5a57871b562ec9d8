import { PROBLEMS, type ProblemType } from './problem-types.js';

/** Further members of a problem's answer, by name. */
export type ProblemMembers = Record<string, unknown>;

/** An error that the client may read: its type knows the status, its message says what the client may do next. */
export class Problem extends Error {
  readonly status: number;
  readonly title: string;
  readonly headers: Record<string, string>;

  constructor(
    readonly type: ProblemType,
    detail: string,
    readonly members: ProblemMembers = {},
    options: ErrorOptions & { headers?: Record<string, string> } = {},
  ) {
    super(detail, options);
    [this.status, this.title] = PROBLEMS[type];
    // RFC 9110: each 401 names a way to log in.
    this.headers = { ...(this.status === 401 && { 'WWW-Authenticate': 'Bearer' }), ...options.headers };
  }
}
