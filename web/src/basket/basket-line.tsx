import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answerOf, api } from '../api/client.js';
import { ProductPicture } from '../catalogue/product-picture.js';
import { ANY_QUANTITY, piecesToAdd, piecesToRemove } from '../catalogue/quantity-rule.js';
import { money } from '../page/money.js';
import type { Basket, Line } from './basket-write.js';
import { write } from './keep-basket.js';
import { titleOf } from './line-key.js';
import { LineNotices } from './line-notices.js';
import { LineOptions } from './line-options.js';
import { QuantityField } from './quantity-field.js';
import { piecesOf } from './use-basket.js';

/** Loads the picture and the quantity rule of a product, which a line does not have. */
function useProduct(sku: string) {
  return useQuery({
    queryKey: ['product', sku],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/api/products/{sku}', { params: { path: { sku } }, signal })).catch(() => null),
    staleTime: 60_000,
  }).data;
}

export function BasketLine({ line, basket }: { line: Line; basket: Basket }): ReactNode {
  const { sku, name, attributes, quantity, unitPriceMinor, lineTotalMinor } = line;
  const product = useProduct(sku) ?? null;
  const rule = product ?? ANY_QUANTITY;
  const total = piecesOf(basket, sku);
  const isFrozen = basket.status !== 'open';
  const title = titleOf(line);
  return (
    <li className="line">
      <ProductPicture url={product?.imageUrl ?? null} />
      <div className="line-text">
        <h2>{name}</h2>
        <LineOptions attributes={attributes} />
        <p>{money(unitPriceMinor, basket.currency)} each</p>
        <LineNotices line={line} currency={basket.currency} rule={rule} total={total} />
      </div>
      <div className="line-change">
        {isFrozen ? (
          <span>{quantity} ×</span>
        ) : (
          <QuantityField
            name={title}
            quantity={quantity}
            less={piecesToRemove(total, rule)}
            more={piecesToAdd(total, rule)}
            onChange={(wanted) => write('set', line, wanted)}
          />
        )}
        <strong>{money(lineTotalMinor, basket.currency)}</strong>
        {!isFrozen && (
          <button
            type="button"
            className="link"
            aria-label={`Remove ${title}`}
            onClick={() => write('set', line, 0)}
          >
            Remove
          </button>
        )}
      </div>
    </li>
  );
}
