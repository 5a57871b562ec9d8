/**
 * A client on a server: an access token instead of cookies, and `If-Match` for every change.
 *
 *     API=http://localhost:3000 EMAIL=ada@example.com PASSWORD='correct horse' \
 *       node examples/server-side-client.mjs TEA-GREEN-100 2
 *
 * ensures that Ada's basket has at least two green teas, and prints the basket.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';

const ATTEMPTS = 5;

/** A refusal of the API. Decide by `type`; `detail` is for people. */
export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail ?? `The API answered ${status}.`);
    this.status = status;
    this.type = problem.type;
  }
}

export class ShopApi {
  #token;

  /** @param {{ url: string, email: string, password: string }} settings */
  constructor({ url, email, password }) {
    this.url = url;
    this.credentials = { email, password };
  }

  /** Returns the body and the ETag of the answer. @throws Refused */
  async send(method, path, { body, headers = {} } = {}) {
    // The same key in each attempt: the API makes the change only once.
    if (method === 'POST') headers = { 'Idempotency-Key': randomUUID(), ...headers };
    const authorized = async () => ({ ...headers, Authorization: `Bearer ${await this.#accessToken()}` });
    let response = await sendUntilAnswered(method, this.url + path, body, await authorized());
    if (response.status === 401) {
      // The token has expired, or the user has logged out everywhere. A login gives a new one.
      this.#token = undefined;
      response = await sendUntilAnswered(method, this.url + path, body, await authorized());
    }
    return read(response);
  }

  /**
   * Uses one token for all requests of its lifetime, because each login creates a session and
   * costs a password hash.
   */
  async #accessToken() {
    if (this.#token === undefined || performance.now() > this.#token.renewAt) {
      const response = await sendUntilAnswered('POST', `${this.url}/api/auth/login`, this.credentials);
      const { body } = await read(response);
      // In milliseconds, and a tenth earlier: a token must not expire on its way.
      this.#token = { value: body.accessToken, renewAt: performance.now() + body.expiresIn * 900 };
    }
    return this.#token.value;
  }
}

/**
 * Sends again after a lost connection and after 503: the change may or may not have been made.
 */
export async function sendUntilAnswered(method, url, body, headers = {}) {
  for (let attempt = 1; ; attempt++) {
    const isLast = attempt === ATTEMPTS;
    try {
      const response = await fetch(url, {
        method,
        headers: body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(15_000),
      });
      if (response.status !== 503 || isLast) return response;
      await sleep(Number(response.headers.get('Retry-After') ?? 1) * 1_000);
    } catch (error) {
      if (isLast) throw error;
      await sleep(200 * 2 ** attempt);
    }
  }
}

/** Returns the body and the ETag of an answer. @throws Refused */
export async function read(response) {
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('Content-Type') ?? '');
  const body = isJson ? JSON.parse(text) : {};
  if (!response.ok) throw new Refused(response.status, body);
  return { body, etag: response.headers.get('ETag') };
}

/**
 * Ensures that the basket has at least this many pieces of a product without attributes. The id of
 * such a line is the sku.
 *
 * Without `If-Match` it could overwrite a larger quantity that the shopper chooses at the same
 * moment. 412 means that the basket has changed since it was read, so it is read again.
 */
export async function ensureAtLeast(api, sku, quantity) {
  for (;;) {
    const { body: basket, etag } = await api.send('GET', '/api/basket');
    if (quantityOf(basket, sku) >= quantity) return basket;
    try {
      const path = `/api/basket/lines/${encodeURIComponent(sku)}`;
      return (await api.send('PUT', path, { body: { quantity }, headers: { 'If-Match': etag } })).body;
    } catch (error) {
      if (error.type !== '/problems/precondition-failed') throw error;
    }
  }
}

function quantityOf(basket, lineId) {
  return basket.lines.find((line) => line.id === lineId)?.quantity ?? 0;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { API: url = 'http://localhost:3000', EMAIL: email, PASSWORD: password } = process.env;
  const [sku, quantity = '1'] = process.argv.slice(2);
  const basket = await ensureAtLeast(new ShopApi({ url, email, password }), sku, Number(quantity));
  for (const line of basket.lines) console.log(`${line.quantity} × ${line.name}`);
  console.log(`${(basket.totals.amountMinor / 100).toFixed(2)} ${basket.currency}`);
}
