/** The calls of the API, without the display. */
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

/**
 * There is no answer. A browser reports the same if ALLOWED_ORIGINS does not name the page's
 * origin.
 */
export class Unreachable extends Error {}

export const listProducts = () => send('GET', '/api/products?limit=6');
export const getBasket = () => send('GET', '/api/basket').then(compareWithKnown);
export const addLine = (sku, quantity) =>
  write('POST', '/api/basket/lines', { sku, quantity }).then(compareWithKnown);
export const register = (email, password) => write('POST', '/api/auth/register', { email, password });

/** Returns the merge report: the effect of the login on the guest's basket, line by line. */
export async function logIn(email, password) {
  const { basket: report } = await write('POST', '/api/auth/login', { email, password });
  // The login gives the basket another id, although nothing has expired.
  localStorage.removeItem(KNOWN);
  return report;
}

/**
 * Sends one write at a time, also across tabs. Two first writes at once would create two sessions,
 * and the browser would keep the cookie of one of them.
 */
function write(method, path, body) {
  // One key for all attempts: the shop makes the change once, even if an answer is lost, or a login
  // comes between two attempts. Only POSTs of the basket use the key.
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': crypto.randomUUID() };
  return navigator.locks.request('basket', () => send(method, path, body, headers));
}

/** Sends again after a temporary error. @throws Refused @throws Unreachable */
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
      // Without this line, fetch neither sends nor stores the cookie of another origin.
      credentials: 'include',
      signal: AbortSignal.timeout(15_000),
    });
  } catch (cause) {
    return { error: new Unreachable('The shop is unavailable. Try again.', { cause }) };
  }
  const answer = await response.json().catch(() => null);
  if (response.ok) return { body: answer };
  const error = new Refused(response.status, answer);
  // A login in another tab was faster. The browser has the new cookie already, or in a moment.
  if (error.type === '/problems/session-replaced') return { error, retryAfterMs: 300 };
  // 503 means the same as a lost answer: the change may have been made.
  const seconds = Number(response.headers.get('Retry-After') ?? 2);
  return { error, retryAfterMs: response.status === 503 ? seconds * 1_000 : undefined };
}

/**
 * Detects an expired session. No answer is an error then, but the basket has another id.
 *
 * Returns the basket, and in `lost` the basket that the page showed before.
 */
function compareWithKnown(basket) {
  const known = JSON.parse(localStorage.getItem(KNOWN) ?? 'null');
  const { id, owner, lines } = basket;
  const isLost = known?.lines.length > 0 && owner === 'guest' && known.id !== id;
  localStorage.setItem(KNOWN, JSON.stringify({ id, owner, lines }));
  return { basket, lost: isLost ? known : null };
}
