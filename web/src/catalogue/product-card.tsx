import type { ReactNode } from 'react';
import type { components } from '../api/schema.js';
import { BuyProduct } from './buy-product.js';
import { ProductPicture } from './product-picture.js';
import { ruleText } from './quantity-rule.js';

type Product = components['schemas']['ProductDto'];

/** From this number of pieces downwards the card shows it. */
const SCARCE = 5;

export function ProductCard({ product }: { product: Product }): ReactNode {
  const { name, description, imageUrl, available } = product;
  const rule = ruleText(product);
  return (
    <li className="product">
      <ProductPicture url={imageUrl} />
      <div className="product-text">
        <h2>{name}</h2>
        <p>{description}</p>
        {rule && <p className="rule">{rule}</p>}
        {available !== null && available <= SCARCE && (
          <p className="scarce">{available === 0 ? 'Sold out' : `Only ${available} left`}</p>
        )}
      </div>
      <BuyProduct product={product} />
    </li>
  );
}
