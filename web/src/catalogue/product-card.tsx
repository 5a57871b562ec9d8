import type { ReactNode } from 'react';
import type { components } from '../api/schema.js';
import { write } from '../basket/keep-basket.js';
import { useBasket } from '../basket/use-basket.js';
import { money } from '../page/money.js';
import { notices } from '../page/notices.js';
import { ProductPicture } from './product-picture.js';

type Product = components['schemas']['ProductDto'];

/** From this stock downwards the card shows the number of pieces. */
const SCARCE = 5;

export function ProductCard({ product }: { product: Product }): ReactNode {
  const { sku, name, description, stock, unitPriceMinor, currency } = product;
  const isSoldOut = stock === 0;
  const add = () => {
    write('add', product, 1);
    notices.say(`${name} is in your basket.`, sku);
  };
  return (
    <li className="product">
      <ProductPicture url={product.imageUrl} />
      <div className="product-text">
        <h2>{name}</h2>
        <p>{description}</p>
        {stock !== null && stock <= SCARCE && (
          <p className="scarce">{isSoldOut ? 'Sold out' : `Only ${stock} left`}</p>
        )}
      </div>
      <div className="product-buy">
        <span className="price">{money(unitPriceMinor, currency)}</span>
        <InBasket sku={sku} />
        <button
          type="button"
          className="button"
          aria-label={`Add ${name} to the basket`}
          disabled={isSoldOut}
          onClick={add}
        >
          Add
        </button>
      </div>
    </li>
  );
}

function InBasket({ sku }: { sku: string }): ReactNode {
  const quantity = useBasket().basket?.lines.find((line) => line.sku === sku)?.quantity;
  return quantity ? <span className="in-basket">{quantity} in basket</span> : null;
}
