/**
 * The shop's back end: a payment provider reports a payment, and the back end creates the order.
 *
 * 1. The shopper's page freezes the basket (`POST /api/basket/freeze`): prices, names and the
 *    currency are pinned. It gives the basket's `id` and `totals.amountMinor` to the provider.
 * 2. The shopper pays at the provider.
 * 3. The provider calls this server, without the shopper's cookie and perhaps more than once.
 *
 *     npm run --silent cli -- keys:create payments --scopes orders:write,baskets:write
 *     API=http://localhost:3000 API_KEY=bk_… PAYMENT_SECRET=… node examples/payment-callback.mjs
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { read, Refused, sendUntilAnswered } from './server-side-client.mjs';

const { API: url = 'http://localhost:3000', API_KEY: key } = process.env;
const { PAYMENT_SECRET: secret, PORT: port = '4000' } = process.env;
if (!key || !secret) throw new Error('Set API_KEY and PAYMENT_SECRET.');

/** The problems that need a refund, because no later call can create the order of this payment. */
const REFUND = new Set([
  '/problems/unknown-basket',
  '/problems/empty-basket',
  '/problems/total-changed',
  '/problems/insufficient-stock',
  '/problems/unavailable',
  '/problems/quantity-rule',
]);

/**
 * Handles a payment, and returns its outcome.
 *
 * Several calls for one payment are safe, even at the same time: the API returns the existing
 * order, and reduces the stock once.
 */
async function settle({ basketId, amountMinor, status }) {
  const basket = `${url}/api/admin/baskets/${encodeURIComponent(basketId)}`;
  try {
    if (status !== 'paid') {
      // The shopper can change the basket and try again.
      await post(`${basket}/thaw`);
      return { outcome: 'open' };
    }
    const order = await post(`${basket}/submit`, { expectedAmountMinor: amountMinor });
    // The API returns an existing order without a comparison of the amount. So this may be a second
    // payment.
    if (order.totals.amountMinor !== amountMinor) return { outcome: 'refund', reason: 'other-amount' };
    return { outcome: 'ordered', orderId: order.id };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The session or the user is gone. The basket stays frozen until the cleanup removes it.
    if (error.type === '/problems/session-expired') return { outcome: 'frozen' };
    // An earlier call has merged the basket into the user's open one, or its time has ended.
    if (status !== 'paid' && error.type === '/problems/unknown-basket') return { outcome: 'open' };
    if (!REFUND.has(error.type)) throw error;
    return { outcome: 'refund', reason: error.type };
  }
}

async function post(route, body) {
  const response = await sendUntilAnswered('POST', route, body, { Authorization: `Bearer ${key}` });
  return (await read(response)).body;
}

/** Checks the signature: anybody can call this server, but only the provider has the secret. */
function isSigned(body, signature = '') {
  const expected = createHmac('sha256', secret).update(body).digest();
  const given = Buffer.from(signature, 'hex');
  return given.length === expected.length && timingSafeEqual(given, expected);
}

const server = createServer(async (request, response) => {
  const answer = (status, body) => response.writeHead(status).end(JSON.stringify(body));
  try {
    const body = await text(request);
    if (!isSigned(body, request.headers['x-signature'])) return answer(401, { error: 'signature' });
    answer(200, await settle(JSON.parse(body)));
  } catch (error) {
    // The provider calls again. A second call changes nothing twice.
    console.error(error);
    answer(500, { error: 'try again' });
  }
});
server.listen(port, '127.0.0.1', () => {
  console.log(`Serving on http://127.0.0.1:${server.address().port}`);
});
