import { answerOf, api } from '../api/client.js';
import type { Basket, BasketWrite } from './basket-write.js';
import { lineKey } from './line-key.js';

/**
 * Sends a write of the outbox, and returns the basket after it.
 *
 * @throws ApiProblem or Unreachable
 */
export async function sendWrite(write: BasketWrite): Promise<Basket> {
  const { kind, product, quantity } = write;
  if (kind === 'add') return sendAdd(write);
  const key = lineKey(product);
  if (key === product.sku) return sendSet(product.sku, quantity);
  // Only the shop's answer has the id of a line with attributes. Another tab may have received it,
  // or another device may have removed the line.
  const basket = await answerOf(api.GET('/api/basket'));
  const line = basket.lines.find((each) => lineKey(each) === key);
  if (line) return sendSet(line.id, quantity);
  // Without attributes, a set creates a missing line too.
  return quantity === 0 ? basket : sendAdd(write);
}

async function sendAdd({ key, product: { sku, attributes }, quantity }: BasketWrite): Promise<Basket> {
  const params = { header: { 'Idempotency-Key': key } };
  return answerOf(api.POST('/api/basket/lines', { params, body: { sku, quantity, attributes } }));
}

async function sendSet(lineId: string, quantity: number): Promise<Basket> {
  const params = { path: { lineId } };
  return answerOf(
    quantity === 0
      ? api.DELETE('/api/basket/lines/{lineId}', { params })
      : api.PUT('/api/basket/lines/{lineId}', { params, body: { quantity } }),
  );
}
