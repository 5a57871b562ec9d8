import { choiceText, ruleText } from '../catalogue/quantity-rule.js';
import type { components } from './schema.js';

type Schemas = components['schemas'];

/**
 * Every problem of the document, for a switch on `type`. `about:blank` stands for all other types.
 */
export type Problem = Schemas[Extract<keyof Schemas, `${string}Problem` | 'ProblemDto'>];

/** No response: the network or the server is unavailable. */
export class Unreachable extends Error {
  constructor(cause: unknown) {
    super('The shop cannot be reached.', { cause });
  }
}

/** An error response of the API (RFC 9457), or of a proxy in front of it. */
export class ApiProblem extends Error {
  readonly status: number;
  /** The last part of the problem's type, such as `insufficient-stock`. */
  readonly type: string;
  /** Seconds. */
  readonly retryAfter: number | null;
  /** Null when a proxy responded instead of the shop. */
  readonly body: Problem | null;

  constructor(response: Response, body: unknown) {
    const problem = isProblem(body) ? body : null;
    const { title, detail } = problem ?? {};
    super(
      [title, detail].filter(Boolean).join('. ') || `The shop responded with the error ${response.status}.`,
    );
    this.status = response.status;
    this.type = (problem?.type ?? '').replace('/problems/', '');
    this.retryAfter = Number(response.headers.get('Retry-After')) || null;
    this.body = problem;
  }
}

/** Tells whether the same request with the same key may succeed later without any action. */
export function isTemporary(error: unknown): boolean {
  if (error instanceof Unreachable) return true;
  if (!(error instanceof ApiProblem)) return false;
  // session-replaced follows a login in another tab. The browser has the new cookie by now, or
  // soon.
  return error.type === 'session-replaced' || [429, 502, 503, 504].includes(error.status);
}

/** The `retry` of a mutation whose request may be repeated. */
export function retryTemporary(failures: number, error: Error): boolean {
  return failures < 4 && isTemporary(error);
}

/** Tells whether a request may have been done despite the error, because the response was lost. */
export function isUncertain(error: unknown): boolean {
  return (
    error instanceof Unreachable || (error instanceof ApiProblem && [502, 503, 504].includes(error.status))
  );
}

/** Valid for every form and button: requests that need a key are repeated with the same one. */
const TRY_AGAIN = 'Try again: nothing is done twice.';

/** The message for the visitor. */
export function messageOf(error: unknown): string {
  if (error instanceof Unreachable) return `${error.message} ${TRY_AGAIN}`;
  if (
    isUncertain(error) &&
    error instanceof ApiProblem &&
    ['', 'database-unavailable'].includes(error.type)
  ) {
    return `The shop is unavailable at the moment. ${TRY_AGAIN}`;
  }
  if (!(error instanceof ApiProblem)) return error instanceof Error ? error.message : String(error);
  return (error.body && refusalText(error.body)) || error.message;
}

/** The message about a refused change: the words of the pages, or those of the shop. */
export function refusalMessage(problem: Problem): string {
  return refusalText(problem) || [problem.title, problem.detail].filter(Boolean).join('. ');
}

function refusalText(problem: Problem): string | undefined {
  if (problem.type === '/problems/insufficient-stock') return stockText(problem.available);
  if (problem.type === '/problems/quantity-rule') return quantityRuleText(problem);
  if (problem.type === '/problems/basket-frozen')
    return 'You are paying for this basket. Choose “Change the basket” on the basket page first.';
  if (problem.type === '/problems/basket-ambiguous')
    return 'You are paying for another basket too. Choose which one you order.';
  if (problem.type === '/problems/unknown-basket') return 'This payment has ended.';
  if (problem.type === '/problems/total-changed') return 'The total has changed. Please check it.';
  if (problem.type === '/problems/unknown-sku') return 'Not for sale any more.';
  if (problem.type !== '/problems/invalid-input') return undefined;
  return problem.errors?.map(({ message }) => message).join(' ');
}

export function stockText(available: number): string {
  return available === 0 ? 'This product is sold out.' : `Only ${available} left.`;
}

function quantityRuleText(problem: Schemas['QuantityRuleProblem']): string | undefined {
  const { minQuantity, maxQuantity = null, quantityStep, nearest } = problem;
  // A refused checkout has no figures: it may be about several products.
  if (!minQuantity || !quantityStep || !nearest) return undefined;
  return `${ruleText({ minQuantity, maxQuantity, quantityStep })} ${choiceText(nearest)}`;
}

/** The errors of a form's fields, or undefined when the error is not about fields. */
export function fieldErrorsOf(error: unknown): Schemas['FieldErrorDto'][] | undefined {
  if (!(error instanceof ApiProblem) || error.body?.type !== '/problems/invalid-input') return undefined;
  return error.body.errors;
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string';
}
