import { type ReactNode, useId, useState } from 'react';
import type { components } from '../api/schema.js';
import { write } from '../basket/keep-basket.js';
import { lineKey, titleOf } from '../basket/line-key.js';
import { piecesOf, useBasket } from '../basket/use-basket.js';
import { money } from '../page/money.js';
import { notices } from '../page/notices.js';
import { ENGRAVING_LENGTH, isEngravable, toAttributes } from './engraving.js';
import { piecesToAdd } from './quantity-rule.js';

type Product = components['schemas']['ProductDto'];

/** Adds the smallest allowed quantity of a product to the basket, with an engraving if wanted. */
export function BuyProduct({ product }: { product: Product }): ReactNode {
  const { sku, name, available, unitPriceMinor, currency } = product;
  const [engraving, setEngraving] = useState('');
  const inBasket = piecesOf(useBasket().basket, sku);
  const pieces = piecesToAdd(inBasket, product);
  const add = () => {
    const chosen = { ...product, attributes: toAttributes(engraving) };
    write('add', chosen, pieces);
    notices.say(`${titleOf(chosen)} is in your basket.`, lineKey(chosen));
    setEngraving('');
  };
  return (
    <form
      className="product-buy"
      onSubmit={(event) => {
        event.preventDefault();
        add();
      }}
    >
      {isEngravable(product) && <Engraving name={name} value={engraving} onChange={setEngraving} />}
      <span className="price">{money(unitPriceMinor, currency)}</span>
      {inBasket > 0 && <span className="in-basket">{inBasket} in basket</span>}
      <button
        className="button"
        aria-label={`Add ${pieces === 1 ? '' : `${pieces} `}${name} to the basket`}
        disabled={available === 0}
      >
        {pieces === 1 ? 'Add' : `Add ${pieces}`}
      </button>
    </form>
  );
}

interface EngravingProps {
  name: string;
  value: string;
  onChange: (value: string) => void;
}

function Engraving({ name, value, onChange }: EngravingProps): ReactNode {
  const id = useId();
  return (
    <p className="field engraving">
      <label htmlFor={id}>
        Engraving (optional)<span className="hidden"> of {name}</span>
      </label>
      <input
        id={id}
        maxLength={ENGRAVING_LENGTH}
        autoComplete="off"
        value={value}
        onChange={({ target }) => onChange(target.value)}
      />
    </p>
  );
}
