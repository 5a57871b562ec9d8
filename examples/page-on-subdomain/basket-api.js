/** All that a page has to know of the API, and nothing of how it looks. */
import { API } from './config.js';

const ATTEMPTS = 5;
const KNOWN = 'basket.known';

/** A refusal. Decide by `type`, show `message`. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem?.detail ?? `The shop answered ${status}.`);
    this.type = problem?.type ?? 'about:blank';
  }
}

/** Nobody answered. A browser says the same when ALLOWED_ORIGINS does not name the page's origin. */
export class Unreachable extends Error {}

export const listProducts = () => send('GET', '/api/products?limit=6');
export const getBasket = () => send('GET', '/api/basket').then(compareWithKnown);
export const addLine = (sku, quantity) =>
  write('POST', '/api/basket/lines', { sku, quantity }).then(compareWithKnown);
export const register = (email, password) => write('POST', '/api/auth/register', { email, password });

/** Returns the merge report: what the login did with the guest's basket, line by line. */
export async function logIn(email, password) {
  const { basket: report } = await write('POST', '/api/auth/login', { email, password });
  // The basket has another id now because the visitor wanted it: nothing has expired.
  localStorage.removeItem(KNOWN);
  return report;
}

/**
 * Writes go one after the other, also those of other tabs. Two first writes at once would make two
 * sessions, and the browser would keep the cookie of one of them.
 */
function write(method, path, body) {
  // One key for all attempts: the shop makes the change once, also when an answer is lost, and
  // when a login comes between two attempts. Only POSTs of the basket take notice of it.
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  return navigator.locks.request('basket', () => send(method, path, body, headers));
}

/** Sends again as long as another attempt can help. @throws Refused @throws Unreachable */
async function send(method, path, body, headers) {
  for (let attempt = 1; ; attempt++) {
    const answer = await sendOnce(method, path, body, headers);
    const isTemporary = answer.error instanceof Unreachable || answer.retryAfterMs !== undefined;
    if (!answer.error) return answer.body;
    if (!isTemporary || attempt === ATTEMPTS) throw answer.error;
    await new Promise((resolve) => setTimeout(resolve, answer.retryAfterMs ?? 250 * 2 ** attempt));
  }
}

async function sendOnce(method, path, body, headers) {
  let response;
  try {
    response = await fetch(API + path, {
      method,
      headers,
      body: body && JSON.stringify(body),
      // The page has another origin than the API: without it, fetch neither sends nor keeps the cookie.
      credentials: 'include',
      signal: AbortSignal.timeout(15_000),
    });
  } catch (cause) {
    return { error: new Unreachable('The shop is unavailable. Try again.', { cause }) };
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return { body: answer };
  const error = new Refused(response.status, answer);
  // A login in another tab was faster. The browser has the new cookie by now, or in a moment.
  if (error.type === '/problems/session-replaced') return { error, retryAfterMs: 300 };
  // 503 means the same as a lost answer: the change may have been made.
  const seconds = Number(response.headers.get('Retry-After') ?? 2);
  return { error, retryAfterMs: response.status === 503 ? seconds * 1_000 : undefined };
}

/**
 * Notices that the session has expired: no answer is an error then, the basket is just another one.
 * Returns the basket, and in `lost` what the page has shown before.
 */
function compareWithKnown(basket) {
  const known = JSON.parse(localStorage.getItem(KNOWN) ?? 'null');
  const { id, owner, lines } = basket;
  const isLost = known?.lines.length > 0 && owner === 'guest' && known.id !== id;
  localStorage.setItem(KNOWN, JSON.stringify({ id, owner, lines }));
  return { basket, lost: isLost ? known : null };
}
