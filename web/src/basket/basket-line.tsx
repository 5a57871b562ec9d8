import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { answerOf, api } from '../api/client.js';
import { ProductPicture } from '../catalogue/product-picture.js';
import { money } from '../page/money.js';
import type { Basket, Line } from './basket-write.js';
import { write } from './keep-basket.js';
import { QuantityField } from './quantity-field.js';

/** Loads the picture and the stock of a product, which a line does not have. */
function useProduct(sku: string) {
  return useQuery({
    queryKey: ['product', sku],
    queryFn: ({ signal }) =>
      answerOf(api.GET('/api/products/{sku}', { params: { path: { sku } }, signal })).catch(() => null),
    staleTime: 60_000,
  }).data;
}

export function BasketLine({ line, basket }: { line: Line; basket: Basket }): ReactNode {
  const { sku, name, quantity, unitPriceMinor, lineTotalMinor } = line;
  const product = useProduct(sku);
  const isFrozen = basket.status !== 'open';
  return (
    <li className="line">
      <ProductPicture url={product?.imageUrl ?? null} />
      <div className="line-text">
        <h2>{name}</h2>
        <p>{money(unitPriceMinor, basket.currency)} each</p>
        <LineNotices line={line} currency={basket.currency} stock={product?.stock ?? null} />
      </div>
      <div className="line-change">
        {isFrozen ? (
          <span>{quantity} ×</span>
        ) : (
          <QuantityField name={name} quantity={quantity} onChange={(wanted) => write('set', line, wanted)} />
        )}
        <strong>{money(lineTotalMinor, basket.currency)}</strong>
        {!isFrozen && (
          <button
            type="button"
            className="link"
            aria-label={`Remove ${name}`}
            onClick={() => write('set', line, 0)}
          >
            Remove
          </button>
        )}
      </div>
    </li>
  );
}

type NoticeProps = { line: Line; currency: string; stock: number | null };

function LineNotices({ line, currency, stock }: NoticeProps): ReactNode {
  const { unitPriceMinor, unitPriceMinorWhenAdded: before } = line;
  const verb = unitPriceMinor > before ? 'rose' : 'fell';
  const texts: Record<Line['notices'][number], string> = {
    'price-changed': `The price ${verb} from ${money(before, currency)} to ${money(unitPriceMinor, currency)}.`,
    'insufficient-stock': stock
      ? `Only ${stock} left. Reduce the quantity to buy it.`
      : 'Sold out. The total does not include it.',
    unavailable: 'Not for sale any more. The total does not include it.',
  };
  return line.notices.map((notice) => (
    <p key={notice} className={notice === 'price-changed' ? 'line-notice' : 'line-notice problem'}>
      {texts[notice]}
    </p>
  ));
}
