import type { components } from './schema.js';

type Schemas = components['schemas'];

/** Every problem of the document, to switch on by `type`; `about:blank` is the one of all others. */
export type Problem = Schemas[Extract<keyof Schemas, `${string}Problem` | 'ProblemDto'>];

/** Nobody answered: no network, or no server. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The shop can not be reached.', { cause });
  }
}

/** A refusal of the API (RFC 9457), or of something between that is down. */
export class ApiProblem extends Error {
  readonly status: number;
  /** The last part of the problem's type, such as `insufficient-stock`. */
  readonly type: string;
  /** Seconds. */
  readonly retryAfter: number | null;
  /** Null: something between answered, not the shop. */
  readonly body: Problem | null;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : null;
    const { title, detail } = problem ?? {};
    super([title, detail].filter(Boolean).join('. ') || `The shop answered ${response.status}.`);
    this.status = response.status;
    this.type = (problem?.type ?? '').replace('/problems/', '');
    this.retryAfter = Number(response.headers.get('Retry-After')) || null;
    this.body = problem;
  }
}

/** Whether the same request, sent again with the same key, may succeed without anybody doing anything. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof ApiProblem)) return false;
  // session-replaced: after a login in another tab; the browser has the new cookie by now, or in a moment.
  return error.type === 'session-replaced' || [429, 502, 503, 504].includes(error.status);
}

/** Whether a request may have been done though the answer does not say so: the answer was lost on its way, or in the shop. */
export function isUncertain(error: unknown): boolean {
  return (
    error instanceof Unreachable || (error instanceof ApiProblem && [502, 503, 504].includes(error.status))
  );
}

/** True of every form and button: what needs a key is sent again with the same one. */
const TRY_AGAIN = 'Try again: what is done already is not done twice.';

/** What the visitor is told. */
export function messageOf(error: unknown): string {
  if (error instanceof Unreachable) return `${error.message} ${TRY_AGAIN}`;
  if (
    isUncertain(error) &&
    error instanceof ApiProblem &&
    ['', 'database-unavailable'].includes(error.type)
  ) {
    return `The shop does not answer now. ${TRY_AGAIN}`;
  }
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  if (error.body?.type === '/problems/insufficient-stock') {
    return error.body.available === 0 ? 'It is sold out.' : `Only ${error.body.available} left.`;
  }
  if (error.type === 'basket-frozen') return 'It is being paid for. Choose “Change the basket” there first.';
  if (error.type === 'total-changed') return 'The total has changed. Look at it again, please.';
  const errors = fieldErrorsOf(error);
  return errors?.map(({ message }) => message).join(' ') || error.message;
}

/** What a form's fields are refused for; undefined: it is not about fields. */
export function fieldErrorsOf(error: unknown): Schemas['FieldErrorDto'][] | undefined {
  if (!(error instanceof ApiProblem) || error.body?.type !== '/problems/invalid-input') return undefined;
  return error.body.errors;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string';
}
