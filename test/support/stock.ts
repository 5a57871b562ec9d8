import type { BasketDto } from '../../src/basket/basket.dto.js';
import type { Product } from '../../src/catalogue/product.entity.js';
import type { Answer, Client, ProblemBody } from './client.js';
import type { Shop } from './shop.js';

/** The actions and the reads of tests of the stock. */
export class Stock {
  constructor(private readonly shop: Shop) {}

  /** The browser of a guest with these pieces. */
  async buyer(product: Product, quantity: number): Promise<Client> {
    const client = this.shop.guest();
    await client.adds(product, quantity);
    return client;
  }

  /** Stock, the sum of the reserved pieces, and the quantities of the reservations. */
  async of({ sku }: Product): Promise<[stock: number | null, reserved: number, held: number[]]> {
    const [product] = await this.shop.sql<{ stock: number | null; reserved: number }>(
      'SELECT stock, reserved FROM products WHERE sku = $1',
      [sku],
    );
    const rows = await this.shop.sql<{ quantity: number }>(
      'SELECT quantity FROM stock_reservations WHERE sku = $1 ORDER BY quantity',
      [sku],
    );
    const held = rows.map(({ quantity }) => quantity);
    return [product?.stock ?? null, product?.reserved ?? NaN, held];
  }

  /** Lets all reservations end now. */
  async expireReservations(): Promise<void> {
    await this.shop.sql(`UPDATE stock_reservations SET expires_at = now() - interval '1 s'`);
  }
}

/** Freezes the basket of a client, by default with a reservation. */
export async function freezes(client: Client, body: object = { reserve: true }): Promise<Answer<BasketDto>> {
  return client.sends('POST', '/api/basket/freeze', body);
}

/** Sends a step of the checkout that is refused. */
export async function failsTo(
  client: Client,
  what: 'freeze' | 'submit',
  body?: object,
): Promise<Answer<ProblemBody>> {
  return client.sends('POST', `/api/basket/${what}`, body);
}
