import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ProductDto } from '../../src/catalogue/product.dto.js';
import type { Client, ProblemBody } from '../support/client.js';
import { Shop } from '../support/shop.js';

const PATH = '/api/admin/products/TEA';
const TEA = {
  sku: 'TEA',
  name: 'Tea',
  description: 'Grassy',
  imageUrl: '/tea.png',
  unitPriceMinor: 450,
  stock: 3,
  isActive: false,
  minQuantity: 2,
  maxQuantity: 9,
  quantityStep: 2,
};

describe('an admin', () => {
  let shop: Shop;
  let admin: Client;
  beforeAll(async () => {
    shop = await Shop.open();
    admin = await shop.admin();
  });
  beforeEach(async () => {
    await shop.sql('TRUNCATE products CASCADE');
    await shop.product(TEA);
  });
  afterAll(() => shop.close());

  const stored = async () => {
    const [row] = await shop.sql(
      `SELECT sku, name, description, image_url AS "imageUrl", unit_price_minor AS "unitPriceMinor", stock,
        is_active AS "isActive", min_quantity AS "minQuantity", max_quantity AS "maxQuantity",
        quantity_step AS "quantityStep" FROM products`,
    );
    return row;
  };

  it('replaces the whole product with PUT: members that the body omits get their default', async () => {
    await admin.sends('PUT', PATH, { name: 'Green tea', unitPriceMinor: 500 });

    expect(await stored()).toEqual({
      sku: 'TEA',
      name: 'Green tea',
      description: '',
      imageUrl: null,
      unitPriceMinor: 500,
      stock: null,
      isActive: true,
      minQuantity: 1,
      maxQuantity: null,
      quantityStep: 1,
    });
  });

  it.each([
    [{ unitPriceMinor: 500 }],
    [{ name: 'Green tea', isActive: true }],
    [{ stock: 0 }],
    [{ stock: null, imageUrl: null, description: '' }],
    [{ maxQuantity: null }],
    [{ minQuantity: 4, maxQuantity: 4, quantityStep: 4 }],
    [{}],
  ])('changes only the members of the body with PATCH: %j', async (changes) => {
    const { status, body } = await admin.sends<ProductDto>('PATCH', PATH, changes);

    const { isActive, ...shown } = { ...TEA, ...changes };
    expect([status, body]).toEqual([200, { ...shown, available: shown.stock, currency: 'EUR' }]);
    expect(await stored()).toEqual({ ...shown, isActive });
  });

  it.each([
    [{ name: null }, 'name'],
    [{ name: '' }, 'name'],
    [{ description: null }, 'description'],
    [{ unitPriceMinor: null }, 'unitPriceMinor'],
    [{ unitPriceMinor: -1 }, 'unitPriceMinor'],
    [{ isActive: null }, 'isActive'],
    [{ isActive: 'false' }, 'isActive'],
    [{ stock: -1 }, 'stock'],
    [{ imageUrl: 'javascript:alert(1)' }, 'imageUrl'],
    [{ sku: 'CUP' }, 'sku'],
    [{ reserved: 0 }, 'reserved'],
    [{ available: 5 }, 'available'],
    [{ minQuantity: 0 }, 'minQuantity'],
    [{ minQuantity: null }, 'minQuantity'],
    [{ maxQuantity: 0 }, 'maxQuantity'],
    [{ maxQuantity: 2_147_483_648 }, 'maxQuantity'],
    [{ quantityStep: 1.5 }, 'quantityStep'],
    [{ quantityStep: '2' }, 'quantityStep'],
    [{ stockChange: null }, 'stockChange'],
    [{ stockChange: 0.5 }, 'stockChange'],
    [{ stockChange: -2_147_483_648 }, 'stockChange'],
  ])('gets 400 for the PATCH %j', async (changes, field) => {
    const { status, body } = await admin.sends<ProblemBody>('PATCH', PATH, changes);

    expect([status, body.errors?.map((error) => error.field)]).toEqual([400, [field]]);
    expect(await stored()).toEqual(TEA);
  });

  it('gets 404 for a PATCH of an unknown product, and no product is created', async () => {
    for (const changes of [{}, { stock: 1 }]) {
      const { status, body } = await admin.sends<ProblemBody>('PATCH', '/api/admin/products/CUP', changes);
      expect([status, body.type]).toEqual([404, '/problems/unknown-product']);
    }
    expect(await shop.count('products')).toBe(1);
  });

  it('may PATCH a product; guests and customers may not', async () => {
    const customer = shop.guest();
    await customer.logsInAs(await shop.user());

    expect((await shop.guest().sends('PATCH', PATH, { stock: 9 })).status).toBe(401);
    expect((await customer.sends('PATCH', PATH, { stock: 9 })).status).toBe(403);
    expect(await stored()).toEqual(TEA);
  });
});
