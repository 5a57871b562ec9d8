import type { DataSource } from 'typeorm';
import { Product } from './product.entity.js';
import type { QuantityRule } from './quantity-rule.js';

/** The columns: sku, name, description, price in cents, stock. */
const DEMO: [string, string, string, number, number | null][] = [
  ['TEA-GREEN-100', 'Green tea', 'Steamed, grassy and bright. 100 g.', 450, null],
  ['TEA-BLACK-100', 'Black tea', 'Malty and strong, takes milk. 100 g.', 420, null],
  ['TEA-WHITE-050', 'White tea', 'Spring buds, soft and sweet. 50 g.', 990, 40],
  ['TEA-OOLONG-100', 'Oolong', 'Half oxidised, floral. 100 g.', 780, 60],
  ['TEA-CHAI-150', 'Chai', 'Black tea with cardamom, ginger and clove. 150 g.', 560, null],
  ['TEA-MINT-080', 'Mint', 'Leaves of peppermint, without caffeine. 80 g.', 380, null],
  ['TEA-ROOIBOS-100', 'Rooibos', 'Red bush, without caffeine. 100 g.', 390, 120],
  ['TEA-MATCHA-030', 'Matcha', 'Stone-ground, for whisking. 30 g.', 1890, 15],
  ['POT-GLASS-1L', 'Glass teapot', 'With a strainer, holds a litre.', 2490, 12],
  ['POT-IRON-06', 'Iron teapot', 'Cast iron, enamelled inside, 0.6 litres.', 4950, 5],
  ['CUP-STONE-02', 'Two stoneware cups', 'Glazed by hand, 0.2 litres each.', 1650, 30],
  ['WHISK-BAMBOO', 'Bamboo whisk', 'For matcha, 80 prongs.', 1290, 3],
  ['FILTER-PAPER', 'Paper filter', 'For loose tea, unbleached.', 12, 600],
];

const RULES: Record<string, Partial<QuantityRule>> = {
  'FILTER-PAPER': { minQuantity: 40, maxQuantity: 80, quantityStep: 20 },
};

/**
 * Fills an empty catalogue, so a newcomer can add something to a basket.
 *
 * Returns the number of new products.
 */
export async function addDemoProducts(dataSource: DataSource, basePath = ''): Promise<number> {
  if (await dataSource.manager.exists(Product)) return 0;
  const products = DEMO.map(([sku, name, description, unitPriceMinor, stock]) => ({
    sku,
    name,
    description,
    unitPriceMinor,
    stock,
    // The images are in web/public.
    imageUrl: `${basePath}/products/${sku.toLowerCase()}.svg`,
    ...RULES[sku],
  }));
  // Two instances may start at the same time, and both find the catalogue empty.
  await dataSource.createQueryBuilder().insert().into(Product).values(products).orIgnore().execute();
  return products.length;
}
