/**
 * The shop's back end, to which a payment provider reports a payment: it makes the order.
 *
 * 1. The shopper's page freezes the basket (`POST /api/basket/freeze`): prices, names and the
 *    currency are pinned. It gives the basket's `id` and `totals.amountMinor` to the provider.
 * 2. The shopper pays at the provider.
 * 3. The provider calls this server, without the shopper's cookie and perhaps more than once.
 *
 *     API=http://localhost:3000 EMAIL=back-end@example.com PASSWORD=… PAYMENT_SECRET=… \
 *       node examples/payment-callback.mjs
 *
 * The user is an admin: `npm run --silent cli -- users:create-admin back-end@example.com`.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { Refused, ShopApi } from './server-side-client.mjs';

const { API: url = 'http://localhost:3000', EMAIL: email, PASSWORD: password } = process.env;
const { PAYMENT_SECRET: secret, PORT: port = '4000' } = process.env;
if (!email || !password || !secret) throw new Error('Set EMAIL, PASSWORD and PAYMENT_SECRET.');

const api = new ShopApi({ url, email, password });

/** The order can't be made of what was paid, and no later call can change that. */
const REFUND = new Set([
  '/problems/unknown-basket',
  '/problems/empty-basket',
  '/problems/total-changed',
  '/problems/insufficient-stock',
  '/problems/unavailable',
]);

/**
 * Returns what became of the payment.
 *
 * Safe on repeats, also at the same time: a basket that is submitted already is answered with its
 * order, and the stock is taken once.
 */
async function settle({ basketId, amountMinor, status }) {
  const path = `/api/admin/baskets/${encodeURIComponent(basketId)}`;
  try {
    if (status !== 'paid') {
      // The shopper can change the basket and try again.
      await api.send('POST', `${path}/thaw`);
      return { outcome: 'open' };
    }
    const { body: order } = await api.send('POST', `${path}/submit`, {
      body: { expectedAmountMinor: amountMinor },
    });
    // A repeat is answered without a comparison: this payment may be another one than the order's.
    if (order.totals.amountMinor !== amountMinor) return { outcome: 'refund', reason: 'other-amount' };
    return { outcome: 'ordered', orderId: order.id };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // The guest's session has ended: the frozen basket stays as it is until the end of its time.
    if (error.type === '/problems/session-expired') return { outcome: 'frozen' };
    if (!REFUND.has(error.type)) throw error;
    return { outcome: 'refund', reason: error.type };
  }
}

/** Anybody can call this server: only the provider knows the secret. */
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
    // The provider calls again: what is done already is not done twice.
    console.error(error);
    answer(500, { error: 'try again' });
  }
});
server.listen(port, '127.0.0.1', () => {
  console.log(`Serving on http://127.0.0.1:${server.address().port}`);
});
